/*
 * The note that `up --sandbox` leaves in the data folder, so that commands
 * beside it know where its sandbox is. It counts only while `up` lives: a lock
 * says so, and a note without one is an old one.
 */
#ifndef DAEMON_SANDBOX_NOTE_H
#define DAEMON_SANDBOX_NOTE_H

/*
 * The note's file, to be closed at the end; -1 when there is no folder or it
 * cannot be written: then commands know no sandbox, and nothing else is wrong.
 */
int sandbox_note_leave(const char *data_dir, const char *url);

/* The owned address of a note that counts, or NULL. */
char *sandbox_note_read(const char *data_dir);

#endif
