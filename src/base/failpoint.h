/*
 * Named places where a test can make a process die, stop or fail. Compiled in
 * only with the build option AFTERHOURS_FAILPOINTS; otherwise each is the
 * constant false and costs nothing.
 *
 *     AH_FAILPOINTS="flight.sent/deliver=kill,queue.call/settle=error"
 *     AH_FAILPOINTS_SEEN=/tmp/a/folder
 *
 * A rule is NAME=ACTION or NAME/DETAIL=ACTION; a name without detail stands for
 * all details. kill: SIGKILL. stop: SIGSTOP, and on after SIGCONT. error: the
 * caller fails there. Each rule acts once among all processes: the first one
 * there makes the file NAME or NAME-DETAIL in the folder, with its process id.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>

#ifdef AFTERHOURS_FAILPOINTS
/* True: fail here. detail is NULL where there is none. */
bool failpoint(const char *name, const char *detail);
#else
#define failpoint(name, detail)                                                \
    ((void)sizeof(name), (void)sizeof(detail), false)
#endif

/* For a place where nothing can fail. */
#define failpoint_pass(name, detail) ((void)failpoint(name, detail))

#endif
