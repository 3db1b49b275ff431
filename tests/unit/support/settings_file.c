/* Settings files for tests. See settings_file.h. */
#include "settings_file.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/text.h"

#include "base/banned.h"

static void forget_variables(void)
{
    for (char **text = environ; *text;) {
        char *name = alloc_text_n(*text, strcspn(*text, "="));
        bool ours = text_starts(name, "AFTERHOURS_");

        if (ours)
            unsetenv(name); /* moves the rest down */
        else
            text++;
        free(name);
    }
}

int settings_folder_make(void **state)
{
    char *folder = alloc_text("/tmp/afterhours-settings-XXXXXX");

    forget_variables();
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static void remove_all(const char *folder)
{
    DIR *list = opendir(folder);
    struct dirent *item;

    while (list && (item = readdir(list))) {
        char *path = alloc_format("%s/%s", folder, item->d_name);

        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0 &&
            unlink(path) != 0)
            remove_all(path);
        free(path);
    }
    if (list)
        closedir(list);
    rmdir(folder);
}

int settings_folder_remove(void **state)
{
    forget_variables();
    if (chdir("/") != 0)
        return -1;
    remove_all(*state);
    free(*state);
    return 0;
}

void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

struct settings *settings_of(const char *yaml)
{
    struct error err = {0};
    struct settings *settings;

    write_file("afterhours.yaml", yaml);
    settings = settings_load("afterhours.yaml", &err);
    if (!settings)
        fail_msg("%s", err.text);
    return settings;
}

const char *fault_of(const char *yaml)
{
    static struct error err;
    struct settings *settings;

    write_file("afterhours.yaml", yaml);
    error_clear(&err);
    settings = settings_load("afterhours.yaml", &err);
    if (settings)
        fail_msg("no fault was found in:\n%s", yaml);
    assert_int_equal(err.kind, ERROR_CONFIG);
    return err.text;
}
