/*
 * Everything that can be set, read from a YAML file and the environment into
 * one value that never changes afterwards. A reload makes a new one; whoever
 * uses the old one holds it until done.
 */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/secret.h"

/* All durations are ms, all sizes bytes, all texts owned by the settings. */

enum on_doubt { ON_DOUBT_SEND, ON_DOUBT_HOLD };
enum unknown_fields { UNKNOWN_REFUSE, UNKNOWN_KEEP };
enum durability { DURABILITY_ANY, DURABILITY_MEMORY, DURABILITY_DISK };

struct settings_redis {
    char *url; /* NULL: `up` starts a private one and fills this in */
    char *username;
    struct secret password;
    char *ca, *certificate, *key;
    int64_t timeout_ms;
};

struct settings_tls {
    char *certificate, *key; /* both or neither */
};

/* Who may use the operators' API, and for what. */
struct settings_admin_token {
    char *name;         /* told in the log, beside what was done */
    struct secret hash; /* SHA-256 of the token, in hexadecimal */
    bool may_read, may_operate;
};

struct settings_admin {
    char *listen;        /* used only when there is a token */
    struct secret token; /* may do everything; empty: none */
    struct settings_admin_token *tokens;
    size_t token_count;
};

struct settings_limits {
    size_t body, message, field; /* body bytes; message, field characters */
    unsigned fields;
    unsigned connections, connections_per_address;
    int64_t head_timeout_ms, body_timeout_ms;
    int64_t stream_timeout_ms; /* an event stream ends, to be asked again */
    unsigned
        depth; /* submissions a destination may have waiting; 0: no limit */
    unsigned quarantine; /* and in quarantine; likewise */
};

/* Access tokens that are got, and got again, with a refresh token. */
struct settings_oauth {
    char *client_id; /* NULL: unless refresh_token is there */
    struct secret client_secret, refresh_token;
    char *scope;
};

/* Where messages wait on this machine's disk while Redis is away. */
struct settings_journal {
    bool enabled;
    char *path;      /* a folder; NULL: data_dir/journal */
    size_t max_size; /* of all serving processes together */
};

struct settings_destination {
    char *name;
    char *subdomain;
    char *base_url; /* "https://acme.zendesk.com"; made from subdomain if unset;
                       no slash at the end */
    struct secret token;
    char *token_file;            /* NULL unless the token came from a file */
    struct settings_oauth oauth; /* instead of token */
    unsigned budget_per_minute;  /* 0: no limit */
    double reserve;              /* share of the budget only creates may use */
    bool send_department;
    int64_t request_timeout_ms, lease_ms;
    int64_t retry_base_ms, retry_cap_ms, retry_give_up_ms;
    unsigned breaker_failures; /* in a row open it; 0: there is none */
    int64_t breaker_probe_ms, breaker_cap_ms; /* between two probes */
    int64_t backlog_alarm_ms;                 /* 0: never */
    int64_t search_patience_ms; /* from a post to "it did not land" */
    int64_t look_interval_ms;   /* between two looks of resolve */
    int64_t ticket_patience_ms,
        ticket_first_ms; /* reconcile: end, first look */
    enum on_doubt on_doubt;
    char *ticket_url, *agent_url; /* templates with {subdomain} and {id} */
    char *ca;                     /* file; NULL: the system's */
};

/* A field of a form besides the built-in ones. */
struct settings_field {
    char *name, *label;
    char *type; /* "text", "email", "number", "checkbox", "select" */
    bool required;
    unsigned limit; /* characters */
};

struct settings_department {
    char *name;
    int64_t id;
};

struct settings_callback {
    char *url;              /* NULL: none */
    struct secret secret;   /* as set alone; it is secrets[0] too */
    struct secret *secrets; /* first one signs first; "whsec_..." or raw */
    size_t secret_count;
    bool on_delivered, on_linked, on_unlinked, on_failed;
    char *allow_networks; /* "10.0.0.0/8,192.168.0.0/16" or NULL */
};

struct settings_form {
    char *name;
    char *destination; /* names a destination; checked at load */
    bool public;       /* server-to-server posts need no key */
    bool email_required;
    struct secret key;
    char **origins; /* exact, or with "*." for every name below a domain */
    size_t origin_count;
    struct settings_field *fields;
    size_t field_count;
    enum unknown_fields unknown_fields;
    struct settings_department *departments;
    size_t department_count;
    char *template;   /* NULL: the built-in one */
    char *thanks_url; /* NULL: the status page */
    char *honeypot;   /* "_gotcha" */
    int64_t dedupe_window_ms;
    enum durability durability;
    int64_t keep_ms; /* how long finished submissions are kept (erase_after) */
    struct settings_callback callback;
};

enum api_role { API_ROLE_OWNER, API_ROLE_ADMINISTRATOR, API_ROLE_AGENT };

/* Who may speak the Chats API with the relay. */
struct settings_api_key {
    char *name;
    struct secret key; /* at least 16 characters */
    char *form;        /* names a form; checked at load */
    enum api_role role;
    bool can_read, can_write, can_chat; /* its scopes; chat is both others */
};

struct settings_api {
    unsigned rate_limit; /* requests a minute for each key; 0: no limit */
    int64_t search_timeout_ms;
    struct settings_api_key *keys;
    size_t key_count;
};

struct settings {
    char *path; /* of the file, or NULL */
    char *listen;
    char *public_url; /* no slash at the end; made from listen when unset */
    char *data_dir;
    unsigned serve_processes, work_processes;
    char **trusted_proxies; /* networks "10.0.0.0/8" */
    size_t trusted_proxy_count;
    char **hosts; /* Host names answered; none: any */
    size_t host_count;
    enum log_format log_format;
    enum log_level log_level;
    struct secret secret; /* signs status tokens; empty: `up`, `serve` make one
                             in data_dir/secret (see settings_make_secret) */
    struct settings_tls tls;
    struct settings_redis redis;
    struct settings_admin admin;
    struct settings_limits limits;
    struct settings_journal journal;
    struct settings_destination *destinations;
    size_t destination_count;
    struct settings_form *forms;
    size_t form_count;
    struct settings_api api;
    struct settings_origins *origins; /* where each value came from; private */
};

/*
 * Reads the file at path (NULL: AFTERHOURS_CONFIG, else the usual place if
 * there, else defaults) and the environment. On failure err says file, line,
 * what is wrong and the nearest right name; its kind is ERROR_CONFIG. The
 * caller owns one hold on the result. A destination without an address is no
 * fault here: a sandbox may take it, see settings_addressed().
 */
struct settings *settings_load(const char *path, struct error *err);

/*
 * The same for looking at them when they are wrong: never NULL. What could not
 * be used has its default; err tells the first fault, or is ERROR_NONE. A named
 * destination without an address is one.
 */
struct settings *settings_load_raw(const char *path, struct error *err);
/*
 * As settings_load(), for who sends nothing to a destination: that a file with
 * a secret of one is missing, or cannot be read, is no fault.
 */
struct settings *settings_load_lean(const char *path, struct error *err);
/* A secret that is not there: "destinations.support.token", "FILE: No such file
 * or directory". Borrowed. */
struct lacking {
    const char *setting, *why;
};
/* Counted from 0; false: there are no more. destination: only of that one;
 * NULL: of all. */
must_check bool settings_unread(const struct settings *settings,
                                const char *destination, size_t index,
                                struct lacking *unread);
struct settings *settings_hold(struct settings *settings);
void settings_release(struct settings *settings); /* accepts NULL */

/* Reads data_dir/secret, or makes it (0600) when the settings have no secret.
 */
must_check bool settings_make_secret(struct settings *settings,
                                     struct error *err);

/*
 * Whether a file that a secret was read from is another one now: time to load
 * again. One that is missing has not changed: it is being replaced.
 */
bool settings_secrets_changed(const struct settings *settings);
/* A file that a secret was read from, and that is not there now; or NULL. */
const char *settings_secret_missing(const struct settings *settings);
/* Another number whenever one of these files is another one than before. */
uint64_t settings_secrets_stamp(const struct settings *settings);

/*
 * Points every destination that has no address at a sandbox, before the
 * settings are shared. Without one, such a destination has base_url NULL, and
 * settings_addressed() tells what to do.
 */
void settings_set_sandbox(struct settings *settings, const char *base_url,
                          const char *token);
must_check bool settings_addressed(const struct settings *settings,
                                   struct error *err);

/* The form a demo shows: "contact", or the first. */
const struct settings_form *settings_demo_form(const struct settings *settings);
/* Lets the pages of the relay itself post to it. */
void settings_demo(struct settings *settings);

const struct settings_destination *
settings_destination(const struct settings *settings, const char *name);
/* Whether its tokens are got by refreshing, instead of being set. */
bool settings_uses_oauth(const struct settings_destination *destination);
const struct settings_form *settings_form(const struct settings *settings,
                                          const char *name);

/*
 * The effective settings as YAML, secrets masked, origin of each as comment; or
 * as JSON: {"file", "faults": [...], "settings": {PATH: {"value", "origin",
 * "environment", "line"}}}. Faults are those settings_load_raw() met.
 */
void settings_print(const struct settings *settings, struct buf *out);
void settings_print_json(const struct settings *settings, struct buf *out);

/* Whether there is a token for the operators' API, and so a listener. */
bool settings_has_admin(const struct settings *settings);

/* Whether the form wants to hear of that event ("submission.linked"). NULL for
 * either: no. */
bool settings_wants_news(const struct settings_form *form, const char *event);

/*
 * Where this machine asks whether the relay is ready: by loopback when it
 * listens on every address; with TLS by public_url, the name its certificate is
 * for. The caller frees it.
 */
char *settings_ready_url(const struct settings *settings);

/* A destination's template with {subdomain} and {id} filled in. */
void settings_ticket_url(const struct settings_destination *destination,
                         const char *template, int64_t ticket_id,
                         struct buf *out);

#endif
