/* Rules from the environment, played once each. See failpoint.h. */
#include "base/failpoint.h"

#ifdef AFTERHOURS_FAILPOINTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"

/* The length of the rule's name at the start of rules, if it is this one. */
static size_t rule_fits(const char *rule, const char *name, const char *detail)
{
    size_t name_len = strlen(name);
    size_t detail_len = detail ? strlen(detail) : 0;

    if (strncmp(rule, name, name_len) != 0)
        return 0;
    if (rule[name_len] == '=')
        return name_len;
    if (!detail || rule[name_len] != '/' ||
        strncmp(rule + name_len + 1, detail, detail_len) != 0 ||
        rule[name_len + 1 + detail_len] != '=')
        return 0;
    return name_len + 1 + detail_len;
}

static const char *find_action(const char *name, const char *detail,
                               size_t *name_len)
{
    const char *rule = getenv("AH_FAILPOINTS");

    while (rule && *rule) {
        *name_len = rule_fits(rule, name, detail);
        if (*name_len)
            return rule + *name_len + 1;
        rule = strchr(rule, ',');
        rule = rule ? rule + 1 : NULL;
    }
    return NULL;
}

/* The file that says "played", with who did. False: it was there already. */
static bool first_here(const char *rule, size_t name_len)
{
    const char *folder = getenv("AH_FAILPOINTS_SEEN");
    char *path, *slash;
    int fd;

    path =
        alloc_format("%s/%.*s", folder ? folder : "/tmp", (int)name_len, rule);
    slash = path + strlen(path) - name_len;
    while ((slash = strchr(slash, '/')))
        *slash = '-';
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    free(path);
    if (fd < 0)
        return false;
    dprintf(fd, "%d\n", (int)getpid());
    close(fd);
    return true;
}

bool failpoint(const char *name, const char *detail)
{
    size_t name_len;
    const char *action = find_action(name, detail, &name_len);

    if (!action || !first_here(action - 1 - name_len, name_len))
        return false;
    if (strncmp(action, "kill", 4) == 0)
        raise(SIGKILL);
    if (strncmp(action, "stop", 4) == 0)
        raise(SIGSTOP);
    return strncmp(action, "error", 5) == 0;
}

#else
typedef int failpoints_are_not_compiled_in;
#endif

#include "base/banned.h"
