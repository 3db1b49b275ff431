/* Small files: settings, secrets. */
#ifndef CONFIG_READ_FILE_H
#define CONFIG_READ_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"

/*
 * The whole file into out, whose limit is the longest it may be; then (NULL is
 * fine) tells which file it was. err does not name the path.
 */
must_check bool read_file(const char *path, struct buf *out, struct stat *then,
                          struct error *err);

/*
 * A file with a secret in it: without its final line end, and neither empty nor
 * with a NUL in it.
 */
must_check bool read_secret_file(const char *path, struct buf *out,
                                 struct stat *then, struct error *err);

#endif
