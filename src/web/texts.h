/* What pages say, in the languages they speak. */
#ifndef WEB_TEXTS_H
#define WEB_TEXTS_H

/* "en" or "de": the one an Accept-Language header likes best; NULL: "en". */
const char *texts_language(const char *accept_language);

/* The text of this key; a key that does not exist is a mistake of ours. */
const char *texts_find(const char *language, const char *key);

/* The sentence for a state: "queued", ... */
const char *texts_state(const char *language, const char *state);

#endif
