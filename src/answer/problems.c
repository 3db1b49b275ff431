/* Problem types. See problems.h. */
#include "answer/problems.h"

#include <assert.h>
#include <string.h>

#include "base/banned.h"

/* clang-format off */
const struct problem_type problem_types[] = {
    {"not-found", 404, "There is nothing here",
     "The path is not one of ours. Forms are posted to /f/{form}; the state of "
     "a submission is at the address that came with its acceptance; the Chats "
     "API is below /api/v2/chat/chats. GET /openapi.yaml tells of them all."},
    {"method-not-allowed", 405, "This method does not work here",
     "The Allow header of the answer names the methods that do."},
    {"unknown-form", 404, "There is no such form",
     "The name after /f/ must be one of the forms in the relay's settings. "
     "Check its spelling; names are lower case."},
    {"unknown-submission", 404, "There is no such submission",
     "The id is unknown, the token does not belong to it, or it was kept long "
     "enough and has been erased. Use the address exactly as it came with the "
     "acceptance, its token included."},
    {"unsupported-type", 415, "This type of body is not understood",
     "Post application/json or application/x-www-form-urlencoded, in UTF-8, and "
     "say so in the Content-Type header."},
    {"bad-json", 400, "The body is not the JSON it should be",
     "Send one JSON object whose members are the form's fields, each name "
     "once, with text as values: {\"email\": \"...\", \"message\": \"...\"}."},
    {"bad-form", 400, "The body is not a well-formed form",
     "Encode names and values as application/x-www-form-urlencoded: every % is "
     "followed by two hexadecimal digits, and none of them are 00."},
    {"too-complex", 400, "The body has too many parts",
     "A form has at most 64 fields, none of them nested deeply. Send the "
     "form's own fields only."},
    {"invalid-fields", 422, "Some fields need another look",
     "The errors list names each field, a stable code and what to do. Nothing "
     "was sent; correct the fields and post again."},
    {"bad-idempotency-key", 400, "The Idempotency-Key cannot be used",
     "A key has 1 to 255 visible ASCII characters, in quotation marks or not. "
     "A random UUID for each message is a good one."},
    {"idempotency-conflict", 422, "The Idempotency-Key was used before",
     "The same key came earlier with other fields. A key stands for one "
     "message: take a new key for a new message."},
    {"origin-refused", 403, "This website may not use the form",
     "The page's origin is not among the form's origins. The operator adds it "
     "under forms.NAME.origins, exactly as browsers write it: "
     "https://www.example.com, without a slash at the end."},
    {"credentials-required", 401, "The form's key is needed",
     "A post that does not come from a page of the website (no Origin header) "
     "needs Authorization: Bearer and the form's key, unless the operator made "
     "the form public."},
    {"credentials-wrong", 401, "The form's key is not right",
     "The Authorization header does not hold this form's key. Compare it with "
     "forms.NAME.key in the relay's settings."},
    {"wrong-host", 421, "This server does not answer to that name",
     "The Host header names a host that is not among the relay's hosts."},
    {"queue-full", 503, "Too many messages are waiting",
     "Nothing was kept. Try again after the time in the Retry-After header; "
     "with the same Idempotency-Key the message cannot be sent twice."},
    {"queue-away", 503, "Messages cannot be taken at the moment",
     "The store behind the relay did not answer, so nothing was promised. Try "
     "again after the time in the Retry-After header, with the same "
     "Idempotency-Key: then the message cannot be sent twice."},
    {"store-full", 503, "There is no room for more messages",
     "The store behind the relay has no room left, so nothing was kept. Try "
     "again after the time in the Retry-After header, with the same "
     "Idempotency-Key: then the message cannot be sent twice. The operator "
     "finds in the relay's log what is to be done."},
    {"not-durable", 503, "The store does not keep messages safely enough",
     "The form demands that messages are on disk before they are accepted, and "
     "Redis does not write every command to disk. The operator sets appendonly "
     "yes and appendfsync always in Redis, or lowers forms.NAME.durability."},
    {"not-ready", 503, "Not ready to take messages",
     "The detail says what is missing. Readiness comes back by itself."},
    {"message-too-large", 422, "The message does not fit",
     "The message became too long when the form's template was filled in. "
     "Send a shorter one."},
    {"bad-parameter", 400, "A parameter of the address is wrong",
     "The errors list names each parameter of the query, a stable code and what "
     "to do."},
    {"admin-token-required", 401, "An operator's token is needed",
     "Send Authorization: Bearer and a token of the relay's settings: "
     "admin.token, or one whose hash is under admin.tokens."},
    {"admin-token-wrong", 401, "The operator's token is not right",
     "No token in the relay's settings is the one of the Authorization header. "
     "Compare it with admin.token, or its SHA-256 with those under "
     "admin.tokens."},
    {"role-missing", 403, "This token may not do that",
     "A token with the role read looks at things; to change them it needs the "
     "role operate, under admin.tokens.NAME.roles in the relay's settings."},
    {"no-such-submission", 404, "There is no submission of that id",
     "It may have been kept long enough and been swept, or was erased. The "
     "list at /v1/admin/submissions shows what there is."},
    {"not-quarantined", 404, "It is not in quarantine",
     "Only what was kept back as probable spam can be released or thrown away. "
     "The list at /v1/admin/submissions?state=quarantined shows what is."},
    {"unknown-destination", 404, "There is no such destination",
     "The name must be one of the destinations in the relay's settings. Check "
     "its spelling; names are lower case."},
    {"unknown-replay", 404, "There is no such replay",
     "Use the id as it came with the answer that began it. A replay that ended "
     "is known for a week."},
    {"bad-request", 400, "The request cannot be read",
     "The bytes are not HTTP/1.1 as RFC 9112 says. The detail names what is "
     "wrong; most HTTP libraries write it right."},
    {"too-slow", 408, "The request took too long",
     "Head and body each have a time in which they must be here. Send the "
     "request again, all at once."},
    {"too-large", 413, "The request is too large",
     "The body is longer than limits.body in the relay's settings. Shorten the "
     "message, or ask the operator for a higher limit."},
    {"target-too-long", 414, "The address is too long",
     "Move parameters from the query into the body."},
    {"expectation", 417, "The expectation cannot be met",
     "Send the request again without its Expect header."},
    {"head-too-large", 431, "The headers are too large",
     "Send fewer or shorter headers; cookies are not needed at all."},
    {"not-implemented", 501, "Not understood here",
     "Use a usual method, and no transfer coding but chunked."},
    {"no-room", 503, "There is no room just now",
     "Too many connections are open. Try again in a few seconds, on fewer "
     "connections."},
    {"http-version", 505, "Another version of HTTP", "This server speaks HTTP/1.1 only; so do all clients when asked."},
    {NULL, 0, NULL, NULL},
};
/* clang-format on */

const struct problem_type *problem_type_find(const char *name)
{
    for (const struct problem_type *type = problem_types; type->name; type++)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

/* NULL: a visitor can do nothing about it. */
static const char *words_for_visitors(const struct problem_type *type)
{
    /* clang-format off */
    static const struct {
        const char *name, *words;
    } list[] = {
        {"unknown-submission",
         "The link may be incomplete, or the message was kept long enough and "
         "has been removed. Try the link exactly as you got it."},
        {"not-found", "The address may be mistyped."},
        {"queue-full",
         "Many messages are waiting. Please try again in a minute."},
        {"queue-away",
         "Messages cannot be taken at the moment. Please try again in a "
         "minute."},
        {"store-full",
         "Messages cannot be taken at the moment. Please try again later."},
        {"message-too-large", "Please send a shorter message."},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
        if (strcmp(list[i].name, type->name) == 0)
            return list[i].words;
    return NULL;
}

const char *problem_type_for_visitors(const struct problem_type *type)
{
    const char *words = words_for_visitors(type);

    return words ? words
                 : "The form is not set up quite right; this is not your "
                   "mistake. Please tell the website's owner.";
}

bool problem_type_is_owners(const struct problem_type *type)
{
    return words_for_visitors(type) == NULL;
}

void problems_answer_fields(struct http_exchange *exchange, const char *name,
                            const char *detail,
                            const struct problem_field *fields, size_t count)
{
    const struct problem_type *type = problem_type_find(name);
    struct problem problem;

    assert(type);
    problem = (struct problem){
        .status = type->status,
        .type = type->name,
        .title = type->title,
        .detail = detail ? detail : type->advice,
        .fields = fields,
        .field_count = count,
    };
    problem_reply(exchange, &problem);
}

void problems_answer(struct http_exchange *exchange, const char *name,
                     const char *detail)
{
    problems_answer_fields(exchange, name, detail, NULL, 0);
}
