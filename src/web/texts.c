/* Texts of pages. See texts.h. */
#include "web/texts.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/banned.h"

enum language { ENGLISH, GERMAN, LANGUAGES };

static const char *const names[LANGUAGES] = {"en", "de"};

#define KEY_SIZE 64

/* clang-format off */
static const struct row {
    const char *key;
    const char *in[LANGUAGES];
} rows[] = {
    {"status_title", {"Your message", "Ihre Nachricht"}},
    {"state_queued", {
        "We have your message. It is waiting to be passed on.",
        "Ihre Nachricht ist bei uns. Sie wird gleich weitergegeben."}},
    {"state_delivering", {
        "Your message is being passed on to our support team.",
        "Ihre Nachricht wird gerade an unser Support-Team weitergegeben."}},
    {"state_delivered", {
        "Our support team has your message. Your ticket is being opened.",
        "Unser Support-Team hat Ihre Nachricht. Ihr Ticket wird angelegt."}},
    {"state_linked", {
        "Our support team has your message. This is your ticket:",
        "Unser Support-Team hat Ihre Nachricht. Das ist Ihr Ticket:"}},
    {"state_unlinked", {
        "Our support team has your message and will answer by email.",
        "Unser Support-Team hat Ihre Nachricht und antwortet per E-Mail."}},
    {"state_failed", {
        "Your message is safe with us, but could not be passed on by itself. "
        "A person will look after it.",
        "Ihre Nachricht liegt sicher bei uns, konnte aber nicht automatisch "
        "weitergegeben werden. Jemand kümmert sich darum."}},
    {"step_received", {"Received", "Angekommen"}},
    {"step_delivered", {"Passed on", "Weitergegeben"}},
    {"step_linked", {"Ticket opened", "Ticket angelegt"}},
    {"ticket", {"Ticket", "Ticket"}},
    {"reference", {"Reference", "Vorgang"}},
    {"received", {"Received", "Eingegangen"}},
    {"keep", {
        "Keep this page's address to look again later. Do not pass it on: "
        "whoever has it sees this page.",
        "Bewahren Sie die Adresse dieser Seite auf, um später wieder "
        "nachzusehen. Geben Sie sie nicht weiter: Wer sie hat, sieht diese "
        "Seite."}},
    {"offline", {
        "The connection is interrupted; this page goes on by itself.",
        "Die Verbindung ist unterbrochen; diese Seite macht von selbst "
        "weiter."}},
    {"error_heading", {
        "Your message was not sent", "Ihre Nachricht wurde nicht gesendet"}},
    {"error_back", {
        "Go back with your browser's Back button: what you typed should still "
        "be there.",
        "Gehen Sie mit der Zurück-Taste Ihres Browsers zurück: Was Sie "
        "geschrieben haben, sollte noch da sein."}},
    {"lost_heading", {"Nothing found", "Nichts gefunden"}},
};
/* clang-format on */

static double quality(const char *parameters, size_t len)
{
    const char *q = memmem(parameters, len, "q=", 2);

    return q ? strtod(q + 2, NULL) : 1.0;
}

const char *texts_language(const char *accept)
{
    enum language best = ENGLISH;
    double best_quality = 0;

    while (accept && *accept) {
        size_t len;

        accept += strspn(accept, " \t,");
        len = strcspn(accept, ",");
        for (size_t i = 0; i < LANGUAGES; i++) {
            if (len < 2 || strncasecmp(accept, names[i], 2) != 0 ||
                (len > 2 && !strchr("-; \t", accept[2])) ||
                quality(accept, len) <= best_quality)
                continue;
            best = (enum language)i;
            best_quality = quality(accept, len);
        }
        accept += len;
    }
    return names[best];
}

const char *texts_find(const char *language, const char *key)
{
    enum language wanted = strcmp(language, "de") == 0 ? GERMAN : ENGLISH;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strcmp(rows[i].key, key) == 0)
            return rows[i].in[wanted];
    assert(!"a text of that key");
    return "";
}

const char *texts_state(const char *language, const char *state)
{
    char key[KEY_SIZE];

    snprintf(key, sizeof(key), "state_%s", state);
    return texts_find(language, key);
}
