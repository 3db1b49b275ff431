/*
 * Functions with no bound, or with hidden state, do not compile. Included last,
 * after the system's own headers, by every source file.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atol atoll gets
#pragma GCC poison strncpy strncat system popen tmpnam mktemp rand srand
#pragma GCC poison localtime gmtime ctime asctime

#endif
