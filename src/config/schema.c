/* The table of settings. See schema.h. */
#include "config/schema.h"

#include "base/banned.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define YEAR   (366 * DAY)
#define KIB    INT64_C(1024)
#define MIB    (1024 * KIB)

#define TOP(member) OWNER_TOP, offsetof(struct settings, member)
#define ADMIN_TOKEN(member)                                                    \
    OWNER_ADMIN_TOKEN, offsetof(struct settings_admin_token, member)
#define DEST(member)                                                           \
    OWNER_DESTINATION, offsetof(struct settings_destination, member)
#define FORM(member)  OWNER_FORM, offsetof(struct settings_form, member)
#define FIELD(member) OWNER_FIELD, offsetof(struct settings_field, member)
#define DEPARTMENT(member)                                                     \
    OWNER_DEPARTMENT, offsetof(struct settings_department, member)

#define API_KEY(member) OWNER_API_KEY, offsetof(struct settings_api_key, member)

#define COUNT_TOP(member) .count_offset = offsetof(struct settings, member)
#define COUNT_FORM(member)                                                     \
    .count_offset = offsetof(struct settings_form, member)
#define RANGE(least, most) .min = (least), .max = (most)
#define CHECK(function)    .check = check_##function
#define INITIAL(text)      .initial = (text)
#define UNSET              .initial = NULL

/* In the order of their enums. */
static const char *const log_formats[] = {"logfmt", "json", NULL};
static const char *const log_levels[] = {"debug", "info", "warn", "error",
                                         NULL};
static const char *const doubts[] = {"send", "hold", NULL};
static const char *const unknowns[] = {"refuse", "keep", NULL};
static const char *const durabilities[] = {"any", "memory", "disk", NULL};
static const char *const field_types[] = {"text",     "email",  "number",
                                          "checkbox", "select", NULL};
static const char *const api_roles[] = {"owner", "administrator", "agent",
                                        NULL};
static const char *const scopes[] = {"read", "write", "chat", NULL};
static const char *const events[] = {"delivered", "linked", "unlinked",
                                     "failed", NULL};
static const char *const roles[] = {"read", "operate", NULL};

/* clang-format off */
const struct setting schema_settings[] = {
    { "listen", TOP(listen), KIND_TEXT, INITIAL("127.0.0.1:8080"),
      CHECK(listen) },
    { "public_url", TOP(public_url), KIND_TEXT, CHECK(web_url) },
    { "data_dir", TOP(data_dir), KIND_TEXT, INITIAL(".afterhours") },
    { "processes.serve", TOP(serve_processes), KIND_NUMBER, INITIAL("1"),
      RANGE(1, 64) },
    { "processes.work", TOP(work_processes), KIND_NUMBER, INITIAL("1"),
      RANGE(1, 64) },
    { "trusted_proxies", TOP(trusted_proxies), KIND_LIST,
      COUNT_TOP(trusted_proxy_count), CHECK(network) },
    { "hosts", TOP(hosts), KIND_LIST, COUNT_TOP(host_count), CHECK(host) },
    { "log.format", TOP(log_format), KIND_CHOICE, INITIAL("logfmt"),
      .choices = log_formats },
    { "log.level", TOP(log_level), KIND_CHOICE, INITIAL("info"),
      .choices = log_levels },
    { "secret", TOP(secret), KIND_SECRET, CHECK(strong) },

    { "tls.certificate", TOP(tls.certificate), KIND_TEXT, UNSET },
    { "tls.key", TOP(tls.key), KIND_TEXT, UNSET },

    { "redis.url", TOP(redis.url), KIND_TEXT, CHECK(redis_url) },
    { "redis.username", TOP(redis.username), KIND_TEXT, UNSET },
    { "redis.password", TOP(redis.password), KIND_SECRET, UNSET },
    { "redis.ca", TOP(redis.ca), KIND_TEXT, UNSET },
    { "redis.certificate", TOP(redis.certificate), KIND_TEXT, UNSET },
    { "redis.key", TOP(redis.key), KIND_TEXT, UNSET },
    { "redis.timeout", TOP(redis.timeout_ms), KIND_DURATION, INITIAL("5s"),
      RANGE(100, MINUTE) },

    { "admin.listen", TOP(admin.listen), KIND_TEXT, INITIAL("127.0.0.1:8081"),
      CHECK(listen) },
    { "admin.token", TOP(admin.token), KIND_SECRET, CHECK(long_token) },
    { "admin.tokens.*.hash", ADMIN_TOKEN(hash), KIND_SECRET, CHECK(hash) },
    { "admin.tokens.*.roles", ADMIN_TOKEN(may_read), KIND_EVENTS,
      INITIAL("read"), .choices = roles },

    { "limits.body", TOP(limits.body), KIND_SIZE, INITIAL("64KiB"),
      RANGE(KIB, 16 * MIB) },
    { "limits.message", TOP(limits.message), KIND_COUNT, INITIAL("10000"),
      RANGE(1, MIB) },
    { "limits.field", TOP(limits.field), KIND_COUNT, INITIAL("500"),
      RANGE(1, MIB) },
    { "limits.fields", TOP(limits.fields), KIND_NUMBER, INITIAL("40"),
      RANGE(1, 1000) },
    { "limits.connections", TOP(limits.connections), KIND_NUMBER,
      INITIAL("4000"), RANGE(1, 1000000) },
    { "limits.connections_per_address", TOP(limits.connections_per_address),
      KIND_NUMBER, INITIAL("256"), RANGE(0, 1000000) },
    { "limits.head_timeout", TOP(limits.head_timeout_ms), KIND_DURATION,
      INITIAL("10s"), RANGE(100, HOUR) },
    { "limits.body_timeout", TOP(limits.body_timeout_ms), KIND_DURATION,
      INITIAL("20s"), RANGE(100, HOUR) },
    { "limits.stream_timeout", TOP(limits.stream_timeout_ms), KIND_DURATION,
      INITIAL("10m"), RANGE(100, DAY) },
    { "limits.depth", TOP(limits.depth), KIND_NUMBER, INITIAL("100000"),
      RANGE(0, 100000000) },
    { "limits.quarantine", TOP(limits.quarantine), KIND_NUMBER,
      INITIAL("1000"), RANGE(0, 100000000) },

    { "journal.enabled", TOP(journal.enabled), KIND_BOOL, INITIAL("false") },
    { "journal.path", TOP(journal.path), KIND_TEXT, UNSET },
    { "journal.max_size", TOP(journal.max_size), KIND_SIZE, INITIAL("64MiB"),
      RANGE(64 * KIB, 1024 * MIB) },

    { "destinations.*.subdomain", DEST(subdomain), KIND_TEXT,
      CHECK(subdomain) },
    { "destinations.*.base_url", DEST(base_url), KIND_TEXT, CHECK(web_url) },
    { "destinations.*.token", DEST(token), KIND_SECRET, CHECK(token) },
    { "destinations.*.oauth.client_id", DEST(oauth.client_id), KIND_TEXT,
      UNSET },
    { "destinations.*.oauth.client_secret", DEST(oauth.client_secret),
      KIND_SECRET, UNSET },
    { "destinations.*.oauth.refresh_token", DEST(oauth.refresh_token),
      KIND_SECRET, CHECK(token) },
    { "destinations.*.oauth.scope", DEST(oauth.scope), KIND_TEXT,
      INITIAL("read write chat") },
    { "destinations.*.budget_per_minute", DEST(budget_per_minute), KIND_NUMBER,
      INITIAL("200"), RANGE(0, 1000000) },
    { "destinations.*.reserve", DEST(reserve), KIND_SHARE, INITIAL("0.2") },
    { "destinations.*.send_department", DEST(send_department), KIND_BOOL,
      INITIAL("false") },
    { "destinations.*.request_timeout", DEST(request_timeout_ms), KIND_DURATION,
      INITIAL("20s"), RANGE(50, 10 * MINUTE) },
    { "destinations.*.lease", DEST(lease_ms), KIND_DURATION, INITIAL("60s"),
      RANGE(200, HOUR) },
    { "destinations.*.retry.base", DEST(retry_base_ms), KIND_DURATION,
      INITIAL("2s"), RANGE(10, HOUR) },
    { "destinations.*.retry.cap", DEST(retry_cap_ms), KIND_DURATION,
      INITIAL("1h"), RANGE(10, DAY) },
    { "destinations.*.retry.give_up", DEST(retry_give_up_ms), KIND_DURATION,
      INITIAL("3d"), RANGE(SECOND, YEAR) },
    { "destinations.*.breaker.failures", DEST(breaker_failures), KIND_NUMBER,
      INITIAL("20"), RANGE(0, 1000000) },
    { "destinations.*.breaker.probe", DEST(breaker_probe_ms), KIND_DURATION,
      INITIAL("5s"), RANGE(10, HOUR) },
    { "destinations.*.breaker.cap", DEST(breaker_cap_ms), KIND_DURATION,
      INITIAL("5m"), RANGE(10, DAY) },
    { "destinations.*.backlog_alarm", DEST(backlog_alarm_ms), KIND_DURATION,
      INITIAL("1h"), RANGE(0, YEAR) },
    { "destinations.*.search_patience", DEST(search_patience_ms), KIND_DURATION,
      INITIAL("60s"), RANGE(50, DAY) },
    { "destinations.*.look_interval", DEST(look_interval_ms), KIND_DURATION,
      INITIAL("60s"), RANGE(10, DAY) },
    { "destinations.*.ticket_first", DEST(ticket_first_ms), KIND_DURATION,
      INITIAL("5s"), RANGE(10, DAY) },
    { "destinations.*.ticket_patience", DEST(ticket_patience_ms), KIND_DURATION,
      INITIAL("24h"), RANGE(50, YEAR) },
    { "destinations.*.on_doubt", DEST(on_doubt), KIND_CHOICE, INITIAL("send"),
      .choices = doubts },
    { "destinations.*.ticket_url", DEST(ticket_url), KIND_TEXT,
      INITIAL("https://{subdomain}.zendesk.com/hc/requests/{id}"),
      CHECK(template) },
    { "destinations.*.agent_url", DEST(agent_url), KIND_TEXT,
      INITIAL("https://{subdomain}.zendesk.com/agent/tickets/{id}"),
      CHECK(template) },
    { "destinations.*.ca", DEST(ca), KIND_TEXT, UNSET },

    { "forms.*.destination", FORM(destination), KIND_TEXT, UNSET },
    { "forms.*.public", FORM(public), KIND_BOOL, INITIAL("false") },
    { "forms.*.key", FORM(key), KIND_SECRET, CHECK(token) },
    { "forms.*.origins", FORM(origins), KIND_LIST, COUNT_FORM(origin_count),
      CHECK(origin) },
    { "forms.*.email_required", FORM(email_required), KIND_BOOL,
      INITIAL("true") },
    { "forms.*.unknown_fields", FORM(unknown_fields), KIND_CHOICE,
      INITIAL("refuse"), .choices = unknowns },
    { "forms.*.template", FORM(template), KIND_TEXT, UNSET },
    { "forms.*.thanks_url", FORM(thanks_url), KIND_TEXT, CHECK(next) },
    { "forms.*.honeypot", FORM(honeypot), KIND_TEXT, INITIAL("_gotcha"),
      CHECK(word) },
    { "forms.*.dedupe_window", FORM(dedupe_window_ms), KIND_DURATION,
      INITIAL("60s"), RANGE(0, DAY) },
    { "forms.*.durability", FORM(durability), KIND_CHOICE, INITIAL("any"),
      .choices = durabilities },
    { "forms.*.erase_after", FORM(keep_ms), KIND_DURATION, INITIAL("30d"),
      RANGE(SECOND, YEAR) },
    { "forms.*.callback.url", FORM(callback.url), KIND_TEXT,
      CHECK(callback_url) },
    { "forms.*.callback.secret", FORM(callback.secret), KIND_SECRET,
      CHECK(signature) },
    { "forms.*.callback.secrets", FORM(callback.secrets), KIND_SECRETS,
      COUNT_FORM(callback.secret_count), CHECK(signature) },
    { "forms.*.callback.events", FORM(callback.on_delivered), KIND_EVENTS,
      INITIAL("linked,unlinked,failed"), .choices = events },
    { "forms.*.callback.allow_networks", FORM(callback.allow_networks),
      KIND_JOINED, CHECK(network) },

    { "forms.*.fields.*.type", FIELD(type), KIND_TEXT, INITIAL("text"),
      .choices = field_types },
    { "forms.*.fields.*.required", FIELD(required), KIND_BOOL,
      INITIAL("false") },
    { "forms.*.fields.*.limit", FIELD(limit), KIND_NUMBER, RANGE(1, MIB) },
    { "forms.*.fields.*.label", FIELD(label), KIND_TEXT, UNSET },
    { "forms.*.departments.*", DEPARTMENT(id), KIND_INTEGER,
      RANGE(1, INT64_MAX) },

    { "api.rate_limit", TOP(api.rate_limit), KIND_NUMBER, INITIAL("6000"),
      RANGE(0, 1000000) },
    { "api.search_timeout", TOP(api.search_timeout_ms), KIND_DURATION,
      INITIAL("10s"), RANGE(10, MINUTE) },
    { "api.keys.*.key", API_KEY(key), KIND_SECRET, CHECK(long_token) },
    { "api.keys.*.form", API_KEY(form), KIND_TEXT, UNSET },
    { "api.keys.*.role", API_KEY(role), KIND_CHOICE, INITIAL("administrator"),
      .choices = api_roles },
    { "api.keys.*.scopes", API_KEY(can_read), KIND_EVENTS,
      INITIAL("read,write"), .choices = scopes },
    { .path = NULL },
};

/* Designed, and refused by name until they are built. */
const char *const schema_later[] = {
    "tls.hsts",
    "redis.sentinels",
    "redis.master",
    "redis.cluster",
    "limits.per_address",
    "limits.per_email",
    "limits.per_form",
    "forms.*.challenge",
    "forms.*.min_fill_time",
    "forms.*.languages",
    "seal",
    "alerts",
    NULL,
};
/* clang-format on */
