/* A TCP port of 127.0.0.1 that nobody uses at the moment. */
#ifndef SUPPORT_FREE_PORT_H
#define SUPPORT_FREE_PORT_H

unsigned free_port(void);

#endif
