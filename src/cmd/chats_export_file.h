/*
 * Where an export is written: standard output, or a file beside which
 * FILE.position says how much of it is whole and where the export goes on, so
 * that one that was ended at any moment can be resumed.
 */
#ifndef CMD_CHATS_EXPORT_FILE_H
#define CMD_CHATS_EXPORT_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attributes.h"
#include "base/error.h"
#include "chat/chat_pages.h"

struct export_file {
    const char *path; /* borrowed; NULL: standard output */
    char *position_path;
    FILE *file;
};

/* A new one; false also when there is such a file already. */
must_check bool export_file_create(struct export_file *file, const char *path,
                                   struct error *err);
/*
 * One that was left; it is cut back to what was whole. *fields is owned by the
 * caller, NULL: all.
 */
must_check bool export_file_resume(struct export_file *file, const char *path,
                                   struct chat_position *position,
                                   char **fields, struct error *err);
/* All that was written is kept, and goes on at that position. */
must_check bool export_file_keep(struct export_file *file,
                                 const struct chat_position *position,
                                 const char *fields, struct error *err);
void export_file_close(struct export_file *file);

#endif
