/*
 * What keeps a destination from going on as usual, why, until when, and what
 * to type. See status_weather.h.
 */
#include "cmd/status_weather.h"

#include <stdio.h>

#include "base/clock.h"
#include "cmd/output.h"
#include "describe/describe.h"

#include "base/banned.h"

/* One paragraph: "support is held: ...". */
struct told {
    const char *name, *config;
    int64_t now;
};

static void begin(const struct told *told, enum paint paint, const char *what)
{
    printf("\n%s ", told->name);
    output_painted(stdout, paint, what);
    printf(": ");
}

static void print_in(const struct told *told, const char *what, int64_t at)
{
    char age[CLOCK_AGE_SIZE];

    clock_format_age(at > told->now ? at - told->now : 0, age);
    printf(" (%s in %s)", what, age);
}

/* What may be typed, whole. */
static void print_command(const struct told *told, const char *why,
                          const char *option, const char *name)
{
    printf("; %s: afterhours resume", why);
    if (told->config)
        printf(" --config %s", told->config);
    printf("%s %s", option, name);
}

static void print_hold(const struct told *told, const struct tally *tally)
{
    if (tally->hold == HOLD_NONE)
        return;
    begin(told, PAINT_BAD, "is held");
    printf("%s; %s", describe_hold(tally->hold),
           describe_hold_advice(tally->hold));
    if (tally->hold_until)
        print_in(told, "next try", tally->hold_until);
    print_command(told,
                  tally->hold == HOLD_OPERATOR ? "to let it go on" : "at once",
                  "", told->name);
    printf("\n");
}

static void print_asking(const struct told *told, const struct tally *tally)
{
    if (!tally->asking || tally->hold != HOLD_NONE)
        return;
    begin(told, PAINT_WARN, "asks");
    printf("%s\n",
           tally->asking_tickets ? DESCRIBE_ASKING_TICKETS : DESCRIBE_ASKING);
}

static void print_trouble(const struct told *told, const struct tally *tally)
{
    char age[CLOCK_AGE_SIZE];

    if (!tally->trouble[0])
        return;
    clock_format_age(told->now - tally->trouble_since, age);
    begin(told, PAINT_BAD, "gets no new access token");
    printf("%s, for %s", tally->trouble, age);
    if (tally->again_at)
        print_in(told, "tried again", tally->again_at);
    printf("; see that its token endpoint answers, and that its oauth settings "
           "are right\n");
}

static void print_breaker(const struct told *told, const struct tally *tally)
{
    if (!tally->probe_at)
        return;
    begin(told, PAINT_BAD, "is cut off");
    printf(DESCRIBE_BREAKER);
    print_in(told, "the next", tally->probe_at);
    print_command(told, "at once", "", told->name);
    printf("\n");
}

static void print_brown_out(const struct told *told, const struct tally *tally)
{
    if (!tally->brown_until)
        return;
    begin(told, PAINT_WARN, "is in a brown-out");
    printf(DESCRIBE_BROWN_OUT "\n");
}

static void print_gone(const struct told *told, const struct tally *tally)
{
    for (size_t i = 0; i < tally->gone_count; i++) {
        char age[CLOCK_AGE_SIZE];

        clock_format_age(told->now - tally->gone[i].since, age);
        begin(told, PAINT_BAD, "sends no callbacks");
        printf("the receiver of form %s said 410 %s ago; correct its "
               "callback.url",
               tally->gone[i].form, age);
        print_command(told, "or, to send there again", " --callbacks",
                      tally->gone[i].form);
        printf("; what came meanwhile: afterhours replay --state failed "
               "--form %s\n",
               tally->gone[i].form);
    }
}

static void print_grace(const struct told *told, const struct tally *tally)
{
    char age[CLOCK_AGE_SIZE];

    if (!tally->grace_ms)
        return;
    clock_format_age(tally->grace_ms, age);
    printf("\n%s waits %s: " DESCRIBE_GRACE ".\n", told->name, age);
}

void status_print_weather(const char *name, const struct tally *tally,
                          const char *config, int64_t now)
{
    const struct told told = {name, config, now};

    print_hold(&told, tally);
    print_asking(&told, tally);
    print_trouble(&told, tally);
    print_breaker(&told, tally);
    print_brown_out(&told, tally);
    print_gone(&told, tally);
    print_grace(&told, tally);
}
