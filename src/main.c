/* The program: finds the subcommand in a table and runs it. */
#include "cmd/cmd.h"

#include "base/banned.h"

int main(int argc, char **argv)
{
    return cmd_main(argc - 1, argv + 1);
}
