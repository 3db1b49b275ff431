/* Every chat is drawn from short lists of names and sentences. See seeds.h. */
#include "sandbox/seeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/text.h"

#include "base/banned.h"

#define EXAMPLES "example_chats.json"
#define FIRST_AT INT64_C(1704067200000) /* 2024-01-01 */
#define GAP_MS   UINT64_C(600000)       /* at most that long to the next */
#define MANY     50000                  /* more of them come ten times closer */
#define TEXT_MAX ((size_t)64 * 1024)
#define PEOPLE   997

static const char *const first_names[] = {
    "Ada", "Björn", "Chloé", "Deniz", "Emil",  "Fatima", "Giulia", "Hana",
    "Ivo", "Jun",   "Kofi",  "Lena",  "Mateo", "Noor",   "Olga",   "Pavel",
};
static const char *const last_names[] = {
    "Abel", "Brandt", "Costa", "Dvořák", "Eriksen", "Fischer", "Grant", "Horn",
};
static const char *const agent_names[] = {"Tom", "Susan", "Priya", "Marek"};
static const char *const sentences[] = {
    "Where is my order? It was to come on Monday.",
    "The chocolate arrived broken. Can I have another?",
    "Können Sie mir bitte eine Rechnung schicken?",
    "I cannot log in since the last update.",
    "Is there a discount for schools?",
    "Please delete my account and everything you know of me.",
    "Do you ship to Iceland? 🇮🇸",
    "The page says <error 500> & nothing else.",
};
static const char *const replies[] = {
    "Let me have a look.",
    "I have sent you another one.",
    "Could you tell me the number of your order?",
    "That is mended now, thank you!",
};
static const char *const departments[] = {"Billing Department", "Sales",
                                          "Support"};
static const char *const places[][4] = {
    {"Orlando", "Florida", "US", "United States"},
    {"Köln", "Nordrhein-Westfalen", "DE", "Germany"},
    {"Kraków", "Małopolskie", "PL", "Poland"},
};
static const char *const pages[] = {"", "prices", "contact", "orders/117"};

#define PICK(list, chance)                                                     \
    ((list)[chance_next(chance) % (sizeof(list) / sizeof((list)[0]))])

/* One chat while it is written. */
struct seed {
    struct chance *chance;
    struct buf *out;
    int64_t at;
    unsigned person;
    char name[64];
};

static void write_date(struct seed *seed, const char *name, int64_t at)
{
    char text[CLOCK_TEXT_SIZE];

    clock_format_seconds(at, text);
    buf_format(seed->out, ",\"%s\":\"%s\"", name, text);
}

static void write_text(struct seed *seed, const char *name, const char *text)
{
    buf_format(seed->out, ",\"%s\":", name);
    text_json(seed->out, text);
}

static void write_visitor(struct seed *seed)
{
    buf_format(seed->out,
               "\"visitor\":{\"id\":\"%u.%u\",\"email\":"
               "\"visitor%u@example.com\",\"phone\":\"+1555%04u\","
               "\"notes\":\"\"",
               seed->person % 9 + 1, seed->person * 7919, seed->person,
               seed->person);
    write_text(seed, "name", seed->name);
    buf_char(seed->out, '}');
}

static void write_session(struct seed *seed, int64_t duration_ms)
{
    const char *const *place = PICK(places, seed->chance);

    buf_format(seed->out,
               ",\"session\":{\"id\":\"seed.%u.%" PRIu64 "\","
               "\"ip\":\"192.0.2.%u\",\"browser\":\"Safari\","
               "\"platform\":\"Mac OS\",\"user_agent\":\"Mozilla/5.0\"",
               seed->person, chance_next(seed->chance) >> 32,
               seed->person % 254 + 1);
    write_text(seed, "city", place[0]);
    write_text(seed, "region", place[1]);
    write_text(seed, "country_code", place[2]);
    write_text(seed, "country_name", place[3]);
    write_date(seed, "start_date", seed->at - 30000);
    write_date(seed, "end_date", seed->at + duration_ms);
    buf_char(seed->out, '}');
}

static void write_common(struct seed *seed, int64_t duration_ms)
{
    unsigned department = (unsigned)(chance_next(seed->chance) % 3);

    write_visitor(seed);
    write_session(seed, duration_ms);
    write_date(seed, "timestamp", seed->at);
    write_date(seed, "update_timestamp", seed->at + duration_ms);
    buf_format(seed->out, ",\"started_by\":\"visitor\",\"department_id\":%u",
               department + 1);
    write_text(seed, "department_name", departments[department]);
    buf_format(seed->out,
               ",\"unread\":%s,\"deleted\":false,\"webpath\":[{\"from\":\"\","
               "\"to\":\"https://shop.example/%s\",\"title\":\"Shop\"",
               chance_falls(seed->chance, 0.3) ? "true" : "false",
               PICK(pages, seed->chance));
    write_date(seed, "timestamp", seed->at - 20000);
    buf_text(seed->out, "}]");
}

static void write_offline(struct seed *seed)
{
    buf_text(seed->out, "{\"type\":\"offline_msg\",\"tags\":[],");
    write_common(seed, 0);
    write_text(seed, "message", PICK(sentences, seed->chance));
    buf_char(seed->out, '}');
}

/* One line of a history. text NULL: nothing was said. */
static void write_line(struct seed *seed, const char *type, const char *name,
                       const char *text, int64_t at)
{
    buf_format(seed->out, "%s{\"type\":\"%s\",\"channel\":\"#supportchat:%u\"",
               at > seed->at ? "," : "", type, seed->person);
    write_text(seed, "name", name);
    if (text)
        write_text(seed, "msg", text);
    write_date(seed, "timestamp", at);
    buf_char(seed->out, '}');
}

/* How many each said, and what. */
static void write_history(struct seed *seed, const char *agent, unsigned turns)
{
    int64_t at = seed->at;

    buf_text(seed->out, ",\"history\":[");
    write_line(seed, "chat.memberjoin", seed->name, NULL, at);
    for (unsigned i = 0; i < turns; i++) {
        write_line(seed, "chat.msg", seed->name, PICK(sentences, seed->chance),
                   at += 10000);
        write_line(seed, "chat.msg", agent, PICK(replies, seed->chance),
                   at += 20000);
    }
    write_line(seed, "chat.memberleave", seed->name, NULL, at + 5000);
    buf_char(seed->out, ']');
}

static void write_rating(struct seed *seed)
{
    if (chance_falls(seed->chance, 0.5))
        buf_text(seed->out, ",\"rating\":null,\"comment\":null");
    else if (chance_falls(seed->chance, 0.7))
        buf_text(seed->out, ",\"rating\":\"good\",\"comment\":"
                            "\"Great customer experience!\"");
    else
        buf_text(seed->out, ",\"rating\":\"bad\",\"comment\":\"Too slow.\"");
}

static void write_support(struct seed *seed)
{
    unsigned agent = (unsigned)(chance_next(seed->chance) % 4);
    unsigned turns = (unsigned)(chance_next(seed->chance) % 4 + 1);
    int64_t duration_ms = (int64_t)turns * 30000 + 5000;

    buf_text(seed->out, "{\"type\":\"chat\",\"tags\":[\"seed\"],");
    write_common(seed, duration_ms);
    buf_format(seed->out,
               ",\"agent_ids\":[\"%u\"],\"agent_names\":[\"%s\"],"
               "\"conversions\":[],\"count\":{\"agent\":%u,\"visitor\":%u,"
               "\"total\":%u},\"duration\":%" PRId64 ",\"missed\":false,"
               "\"response_time\":{\"avg\":20,\"first\":20,\"max\":20},"
               "\"triggered\":false,\"triggered_response\":null",
               agent + 100, agent_names[agent], turns, turns, 2 * turns,
               duration_ms / 1000);
    write_rating(seed);
    write_history(seed, agent_names[agent], turns);
    buf_char(seed->out, '}');
}

static void write_chat(struct chance *chance, int64_t at, struct buf *out)
{
    struct seed seed = {.chance = chance, .out = out, .at = at};

    seed.person = (unsigned)(chance_next(chance) % PEOPLE);
    snprintf(seed.name, sizeof(seed.name), "%s %s",
             first_names[seed.person % 16], last_names[seed.person / 16 % 8]);
    if (chance_falls(chance, 0.6))
        write_offline(&seed);
    else
        write_support(&seed);
}

bool seeds_make(struct shelf *shelf, size_t count, uint64_t seed,
                struct error *err)
{
    struct chance chance;
    struct buf text;
    uint64_t gap = count > MANY ? GAP_MS / 10 : GAP_MS;
    int64_t at = FIRST_AT;
    size_t taken;
    bool ok = true;

    chance_init(&chance, seed, 7);
    buf_init(&text, TEXT_MAX);
    for (size_t i = 0; ok && i < count; i++) {
        at += (int64_t)(chance_next(&chance) % gap) + 1;
        buf_reset(&text);
        write_chat(&chance, at, &text);
        ok = shelf_take_in_text(shelf, buf_str(&text), text.len, &taken, err);
    }
    buf_clear(&text);
    return ok;
}

bool seeds_examples(struct shelf *shelf, struct error *err)
{
    const struct embedded *file = embedded_find(EXAMPLES);
    size_t taken;

    return shelf_take_in_text(shelf, file->data, file->len, &taken, err) ||
           error_prefix(err, EXAMPLES);
}
