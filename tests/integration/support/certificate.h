/* Certificates made on the spot, for tests of TLS. */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

/*
 * Writes a new key to key_path and a certificate for "localhost" and 127.0.0.1,
 * signed by itself, valid for a day, to certificate_path; both PEM. The name is
 * its common name, to tell several apart.
 */
void certificate_make(const char *certificate_path, const char *key_path,
                      const char *name);

#endif
