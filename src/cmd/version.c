/* `afterhours version`: ours, and those of the libraries in use. */
#include "cmd/commands.h"

#include <getopt.h>
#include <stdio.h>

#include <jansson.h>
#include <libsmartcols/libsmartcols.h>

#include "cmd/output.h"
#include "net/versions.h"

#include "base/banned.h"

#define OURS_COUNT 2

static const struct option long_options[] = {
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

static void print_text(const struct library_version *list, size_t count)
{
    printf("afterhours %s\n", AFTERHOURS_VERSION);
    for (size_t i = 0; i < count; i++)
        printf("  %-9s %s\n", list[i].name, list[i].version);
}

static void print_json(const struct library_version *list, size_t count)
{
    json_t *root = json_object(), *libraries = json_object();

    for (size_t i = 0; i < count; i++)
        json_object_set_new(libraries, list[i].name,
                            json_string(list[i].version));
    json_object_set_new(root, "afterhours", json_string(AFTERHOURS_VERSION));
    json_object_set_new(root, "libraries", libraries);
    output_json(root);
}

int cmd_version(int argc, char **argv)
{
    struct library_version list[NET_VERSIONS_COUNT + OURS_COUNT];
    size_t count = NET_VERSIONS_COUNT;
    const char *smartcols = NULL;
    bool json = false;
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option != 'j')
            return command_odd_option(argv[0], option, argv[optind - 1]);
        json = true;
    }
    net_versions(list);
    scols_get_library_version(&smartcols);
    list[count++] = (struct library_version){"jansson", jansson_version_str()};
    list[count++] = (struct library_version){"smartcols", smartcols};
    if (json)
        print_json(list, count);
    else
        print_text(list, count);
    return 0;
}
