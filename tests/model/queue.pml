/*
 * One submission, two workers, a destination that makes a chat of every post
 * that reaches it, a Redis that may restart, an operator who may replay. The
 * moves are those of src/queue/scripts, each atomic, as there. check.py runs it
 * whole, and once with each guard taken away (-DGUARD=0), which must fail.
 *
 * Deaths, restarts and replays may come as often as they like. What is claimed: a
 * submission the sender was told is safe never vanishes, no second chat is ever
 * made, and what is finished has one.
 */

#ifndef ALWAYS   /* every write is on disk before it is answered; without it a
                    restart goes back to what was flushed last */
#define ALWAYS 1
#endif
#ifndef GRACE    /* another server than last time: nothing is reserved until
                    every lease it may have forgotten is over */
#define GRACE 1
#endif
#ifndef SUSPECT  /* and what is not delivered yet is looked for once */
#define SUSPECT 1
#endif
#ifndef INTEND   /* "about to post" is on record before the post leaves */
#define INTEND 1
#endif
#ifndef LOOK     /* who gets an item with an intent looks first */
#define LOOK 1
#endif
#ifndef PATIENCE /* "it did not land" is believed only when no post can be on
                    its way and the search shows all that has landed */
#define PATIENCE 1
#endif
#ifndef FENCE    /* nothing is sent after the own deadline */
#define FENCE 1
#endif
#ifndef TOKEN    /* only the token of the lease opens a running item */
#define TOKEN 1
#endif
#ifndef PROOF    /* an unanswered post keeps its intent */
#define PROOF 1
#endif
#ifndef KEEP     /* so does a replay */
#define KEEP 1
#endif
#ifndef KNOWN    /* an accept with an id that is there changes nothing */
#define KNOWN 1
#endif

#ifndef REACH    /* claims that nothing is ever finished, to see that it is */
#define REACH 0
#endif
#ifndef LOST     /* the claim about the sender is left out */
#define LOST 0
#endif

#define NONE 0
#define DUE  1
#define RUN  2
#define DEAD 3
#define DONE 4

/* The item, in Redis's memory; and on its disk. */
byte st, tok;
bit intent, chat, sus;
byte d_st, d_tok;
bit d_intent, d_chat, d_sus;
bit suspect, grace;

/* The world. */
byte made;       /* chats */
bit unseen;      /* it is made, and not yet in the search */
byte fly[2];     /* posts on their way, by worker */
byte answer[2];  /* 0 none, 1 done, 2 refused */
bit acked;       /* the sender was told that it is safe */

/* The workers. */
byte my[2];      /* token, 0 when it holds none */
bit in_time[2];  /* own deadline not passed */

#define write_disk d_st = st; d_tok = tok; \
                   d_intent = intent; d_chat = chat; d_sus = sus
inline sync() { if :: ALWAYS -> write_disk :: else -> skip fi }

/* Random tokens are all different; which ones does not matter. */
#define unused(t) (tok != t && d_tok != t && my[0] != t && my[1] != t)
inline draw(i)
{
    if
    :: unused(1) -> my[i] = 1
    :: else -> if
        :: unused(2) -> my[i] = 2
        :: else -> if
            :: unused(3) -> my[i] = 3
            :: else -> if
                :: unused(4) -> my[i] = 4
                :: else -> my[i] = 5
                fi
            fi
        fi
    fi
}

#define holds(i) (st == RUN && (!TOKEN || tok == my[i]))
#define flying (fly[0] + fly[1])

/* Whatever comes next for this worker begins with another reservation. */
inline forget_lease(i) { my[i] = 0; in_time[i] = 0; answer[i] = 0 }

/* settle: to where; the intent goes only with proof. */
inline settle(i, where, proof)
{
    if
    :: holds(i) ->
        st = where; tok = 0;
        if :: (proof) || !PROOF -> intent = 0 :: else -> skip fi;
        sync()
    :: else -> skip /* lost: somebody else has it */
    fi;
    forget_lease(i)
}

inline settle_chat(i)
{
    if
    :: holds(i) -> chat = 1; intent = 0; st = DUE; tok = 0; sync()
    :: else -> skip
    fi;
    forget_lease(i)
}

/* Patience may be over at any time. */
inline settle_later(i)
{
    if
    :: true -> settle(i, DUE, 0)
    :: true -> settle(i, DEAD, 0)
    fi
}

active proctype Sender()
{
    do
    :: atomic {
        true -> if
        :: st == NONE || !KNOWN ->
            st = DUE; tok = 0; intent = 0; chat = 0; sus = 0
        :: else -> skip
        fi;
        sync()
       };
       if
       :: skip /* the answer is lost: again, with the same id */
       :: atomic { acked = 1 }; break
       fi
    od
}

proctype Worker(byte i)
{
again:
end_idle:
    atomic {
        st == DUE && !(GRACE && grace) ->
        if
        :: SUSPECT && suspect && !sus && !chat -> intent = 1; sus = 1
        :: else -> skip
        fi;
        draw(i);
        st = RUN; tok = my[i]; in_time[i] = 1;
        sync();
        if
        :: chat -> goto reconcile
        :: !chat && LOOK && intent -> goto resolve
        :: else -> goto deliver
        fi
    };

reconcile:
    if
    :: atomic {
        true -> if
        :: holds(i) -> assert(made == 1 && !REACH); st = DONE; tok = 0; sync()
        :: else -> skip
        fi;
        forget_lease(i)
       }
    :: atomic { true -> settle_later(i) }
    :: atomic { forget_lease(i) } /* dies */
    fi;
    goto again;

resolve:
    if
    :: atomic { made > 0 && !unseen -> settle_chat(i) }; goto again
    :: atomic { true -> settle_later(i) }; goto again
    :: atomic { forget_lease(i) }; goto again /* dies */
    :: atomic { /* it did not land */
        (made == 0 || unseen) &&
        (!PATIENCE || (flying == 0 && !unseen)) -> skip
       }
    fi;

deliver:
    if
    :: atomic { true -> settle(i, DUE, 0) }; goto again /* given back */
    :: atomic { forget_lease(i) }; goto again   /* dies */
    :: atomic {
        INTEND ->
        if
        :: holds(i) && !chat -> intent = 1; sync()
        :: else -> forget_lease(i); goto again
        fi
       }
    :: atomic { !INTEND -> skip }
    fi;

    if
    :: atomic { forget_lease(i) }; goto again   /* dies */
    :: atomic { true -> settle(i, DUE, 1) }; goto again /* nothing was sent, proven */
    :: atomic {
        (!FENCE || in_time[i]) && fly[i] < 2 -> fly[i]++; answer[i] = 0
       }
    fi;

    if
    :: atomic { answer[i] == 1 -> settle_chat(i) }
    :: atomic { answer[i] == 2 -> settle(i, DEAD, 1) }
    :: atomic { true -> settle_later(i) }  /* no answer in time: an intent stays */
    :: atomic { forget_lease(i) }  /* dies */
    fi;
    goto again
}

/* Own deadlines pass, then leases: a lease outlives its holder's deadline. */
active proctype Time()
{
end_idle:
    do
    :: atomic { in_time[0] -> in_time[0] = 0 }
    :: atomic { in_time[1] -> in_time[1] = 0 }
    :: atomic { /* reap; set aside if it happened too often */
        st == RUN && !(in_time[0] && my[0] == tok) &&
                     !(in_time[1] && my[1] == tok) ->
        if :: st = DUE :: st = DEAD fi;
        tok = 0; sync()
       }
    :: atomic { grace && !in_time[0] && !in_time[1] -> grace = 0 }
    od
}

inline arrive(i)
{
    fly[i]--; made++; assert(made <= 1);
    unseen = 1; answer[i] = (my[i] -> 1 : 0)
}

active proctype Destination()
{
end_idle:
    do
    :: atomic { fly[0] > 0 -> arrive(0) }
    :: atomic { fly[1] > 0 -> arrive(1) }
    :: atomic { fly[0] > 0 -> fly[0]--; answer[0] = (my[0] -> 2 : 0) }
    :: atomic { fly[1] > 0 -> fly[1]--; answer[1] = (my[1] -> 2 : 0) }
    :: atomic { fly[0] > 0 -> fly[0]-- } /* lost on the way */
    :: atomic { fly[1] > 0 -> fly[1]-- }
    :: atomic { unseen -> unseen = 0 }
    od
}

active proctype Redis()
{
end_idle:
    do
    :: atomic { /* another server than last time */
        st = d_st; tok = d_tok; intent = d_intent; chat = d_chat;
        sus = 0; d_sus = 0; suspect = 1; grace = 1;
        assert(LOST || !acked || st != NONE)
       }
    :: atomic { !ALWAYS -> write_disk }
    od
}

active proctype Operator()
{
end_idle:
    do
    :: atomic {
        st == DEAD ->
        st = DUE;
        if :: !KEEP -> intent = 0 :: else -> skip fi;
        sync()
       }
    od
}

init { atomic { run Worker(0); run Worker(1) } }
