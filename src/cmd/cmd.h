/* The subcommands: one table, one file each. main.c runs one of its rows. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

/* argc, argv as main() has them, without the program's name in front. */
int cmd_main(int argc, char **argv);

#endif
