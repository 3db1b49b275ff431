/* Certificates made on the spot, in a folder of their own. */
#ifndef SUPPORT_CERTS_H
#define SUPPORT_CERTS_H

#define CERTS_PATH_SIZE 96

struct certs {
    char dir[64];
    char ca[CERTS_PATH_SIZE];     /* the authority of the next two */
    char server[CERTS_PATH_SIZE]; /* for localhost and 127.0.0.1 */
    char client[CERTS_PATH_SIZE];
    char wrong[CERTS_PATH_SIZE];    /* by the same authority, for wrong.test */
    char expired[CERTS_PATH_SIZE];  /* by the same, for localhost; no more */
    char stranger[CERTS_PATH_SIZE]; /* an authority that nobody knows */
    char key[CERTS_PATH_SIZE];      /* of all of them */
};

void certs_make(struct certs *certs);
void certs_remove(struct certs *certs);

#endif
