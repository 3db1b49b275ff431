"""The rows of tests/e2e/test_chats_table.py: what is asked, and what must come.

"$name" in a path, a parameter or a body is the id of a chat that seed() has made.
Rows that change a chat use chats of their own, so that each row can be run alone.
"""
from .chats import draft
from .chats_row import (
    LIST, SEARCH, EXPORT, NOBODY, MANY, AUTUMN, SUPPORT, PROMISE, POSTED, Row, allows, created,
    docs_of, example_chat, exports_all, exports_pages, finds, finds_on, gone, kept,
    only_fields, pages_of_list, pages_of_search, refused, renamed, repeated, row_of_harry,
    same, updated, without)

READS = (("GET", LIST), ("GET", f"{LIST}?ids=$grace"), ("GET", f"{SEARCH}?q=chocolate"),
         ("GET", f"{LIST}/$grace"), ("GET", f"{EXPORT}?start_time=0"))
WRITES = (("POST", LIST, {"json": draft("by nobody")}), ("PUT", f"{LIST}/$grace", {"json": {"unread": True}}),
          ("DELETE", f"{LIST}/{NOBODY}", {}), ("DELETE", f"{LIST}?ids={NOBODY}", {}))

LISTING = [
    Row("list", "GET", LIST, 200, check=pages_of_list),
    Row("list: by an owner", "GET", LIST, 200, key="owner"),
    Row("list: HEAD", "HEAD", LIST, 200),
    Row("list: with the reference's content type", "GET", LIST, 200,
        headers={"Content-Type": "application/json"}),
    Row("list: cursor of nobody", "GET", LIST, 400, params={"cursor": "nonsense"}, names="cursor"),
    Row("list: cursor that is too long", "GET", LIST, 400, params={"cursor": "c" * 300}, names="cursor"),
    Row("list: a cursor that is empty", "GET", f"{LIST}?cursor=", 200, check=pages_of_list),
    Row("list: ids", "GET", LIST, 200, params={"ids": "$harry,$grace"}, check=docs_of("harry", "grace")),
    Row("list: ids, one", "GET", LIST, 200, params={"ids": "$grace"}, check=docs_of("grace")),
    Row("list: ids, empty as in the samples", "GET", f"{LIST}?ids=", 200, check=docs_of()),
    Row("list: ids, unknown ones left out", "GET", LIST, 200,
        params={"ids": f"$harry,{NOBODY},,unheard/of"}, check=docs_of("harry")),
    Row("list: ids, one twice", "GET", LIST, 200, params={"ids": "$harry,$harry"}, check=docs_of("harry")),
    Row("list: ids, 50", "GET", LIST, 200,
        params={"ids": "$harry," + ",".join(map(str, range(49)))}, check=docs_of("harry")),
    Row("list: ids, 51", "GET", LIST, 400, params={"ids": ",".join(map(str, range(51)))}, names="ids"),
    Row("list: ids, not decodable", "GET", f"{LIST}?ids=%zz", 400, names="target", raw=True),
    Row("list: ids, not UTF-8", "GET", f"{LIST}?ids=%ff", 400, names="ids", raw=True),
    Row("list: cursor, not UTF-8", "GET", f"{LIST}?cursor=%ff", 400, names="cursor"),
    Row("list: ids, with a NUL", "GET", f"{LIST}?ids=a%00b", 400, names="ids"),
    Row("list: cursor, not decodable", "GET", f"{LIST}?cursor=%z", 400, names="target", raw=True),
]

SEARCHING = [
    Row("search: pages", "GET", SEARCH, 200, params={"q": "many"}, check=pages_of_search),
    Row("search: page 2", "GET", SEARCH, 200, params={"q": "many", "page": 2},
        check=lambda _, __, value: same(value, next_url=None, count=MANY)),
    Row("search: page 250", "GET", SEARCH, 200, params={"q": "many", "page": 250},
        check=lambda _, __, value: same(value, results=[])),
    Row("search: page 251", "GET", SEARCH, 400, params={"q": "many", "page": 251}, names="page"),
    Row("search: page 0", "GET", SEARCH, 400, params={"q": "many", "page": 0}, names="page"),
    Row("search: page no number", "GET", SEARCH, 400, params={"q": "many", "page": "two"}, names="page"),
    Row("search: page too big", "GET", SEARCH, 400, params={"q": "many", "page": "9" * 30}, names="page"),
    Row("search: page empty", "GET", f"{SEARCH}?q=many&page=", 400, names="page"),
    Row("search: no q", "GET", SEARCH, 400, names="q"),
    Row("search: an empty q", "GET", f"{SEARCH}?q=", 400, names="q"),
    Row("search: q that is too long", "GET", SEARCH, 400, params={"q": "x" * 4097}, names="q"),
    Row("search: q that is not UTF-8", "GET", f"{SEARCH}?q=%ff", 400, names="q"),
    Row("search: q not decodable", "GET", f"{SEARCH}?q=%zz", 400, names="target", raw=True),
    Row("search: by an owner", "GET", SEARCH, 200, key="owner", params={"q": "chocolate"}),
    Row("search: a row", "GET", SEARCH, 200, params={"q": "visitor_name:Harry type:offline_msg"},
        check=row_of_harry),
    Row("search: nothing found", "GET", SEARCH, 200, params={"q": "xylophone"}, check=finds()),
    # The reference's example queries.
    Row("search: agent and visitor", "GET", SEARCH, 200,
        params={"q": "agent_names:Tom AND visitor_name:Harry"}, check=finds()),
    Row("search: another agent and visitor", "GET", SEARCH, 200,
        params={"q": "agent_names:Thomas AND visitor_name:John"}, check=finds_on(["1234"], [])),
    Row("search: type:chat and a word", "GET", SEARCH, 200, params={"q": "type:chat AND chocolate"},
        check=finds()),
    Row("search: type:chat and another word", "GET", SEARCH, 200, params={"q": "type:chat AND minimized"},
        check=finds_on(["1234"], [])),
    Row("search: email and a range of days", "GET", SEARCH, 200,
        params={"q": "visitor_email:harry@example.org AND timestamp:[2014-10-10 TO 2014-12-12]"},
        check=finds("harry")),
    Row("search: from a day on and a word", "GET", SEARCH, 200,
        params={"q": "timestamp:[2014-10-16 TO *] AND chocolate"}, check=finds("harry")),
    Row("search: ended from a day on, and rated", "GET", SEARCH, 200,
        params={"q": "end_timestamp:[2014-10-25 TO *] AND rating:good"}, check=finds()),
    Row("search: ended from an earlier day on, and rated", "GET", SEARCH, 200,
        params={"q": "end_timestamp:[2014-10-09 TO *] AND rating:good"}, check=finds_on(["123"], [])),
    Row("search: the samples' query", "GET", SEARCH, 200,
        params={"q": "timestamp:[2016-02-02T16:00:00 TO *] AND rating:good"}, check=finds()),
    Row("search: the samples' query, encoded by hand", "GET",
        f"{SEARCH}?q=timestamp%3A%5B2016-02-02T16%3A00%3A00+TO+%2A%5D+AND+rating%3Agood", 200,
        check=finds()),
    # As a client that syncs by days writes its instants.
    Row("search: UTC as an offset of nothing", "GET", SEARCH, 200, check=finds("harry"), params={
        "q": "type:offline_msg AND timestamp:[2014-10-15T00:00:00+00:00 TO 2014-10-29T09:00:00.123456+00:00]"}),
    # Every field, and its synonyms.
    Row("search: agent_names", "GET", SEARCH, 200, params={"q": "agent_names:Thomas"},
        check=finds_on(["1234"], [])),
    Row("search: visitor_name", "GET", SEARCH, 200, params={"q": "visitor_name:harry"}, check=finds("harry")),
    Row("search: visitor_name, quoted", "GET", SEARCH, 200, params={"q": 'visitor_name:"Visitor 7"'},
        check=finds_on(["123"], [])),
    Row("search: visitor_email", "GET", SEARCH, 200, params={"q": "visitor_email:grace@example.org"},
        check=finds("grace")),
    Row("search: timestamp of a day", "GET", SEARCH, 200, params={"q": "timestamp:2014-10-16"},
        check=finds("harry")),
    Row("search: timestamp of a second", "GET", SEARCH, 200,
        params={"q": "timestamp:2014-10-16T00:00:00Z"}, check=finds("harry")),
    Row("search: end_timestamp", "GET", SEARCH, 200,
        params={"q": "end_timestamp:[2014-10-16 TO 2014-10-17]"}, check=finds("harry")),
    Row("search: timestamp, ends left out", "GET", SEARCH, 200,
        params={"q": "timestamp:{2014-10-16T00:00:00 TO 2014-10-17} chocolate"}, check=finds()),
    Row("search: timestamp, up to", "GET", SEARCH, 200,
        params={"q": "timestamp:[* TO 2014-10-16] AND harry"}, check=finds("harry")),
    Row("search: type", "GET", SEARCH, 200, params={"q": "type:offline_msg AND chocolate"}, check=finds("harry")),
    Row("search: chat_type", "GET", SEARCH, 200, params={"q": "chat_type:offline_msg AND chocolate"},
        check=finds("harry")),
    Row("search: chat_type:chat", "GET", SEARCH, 200, params={"q": "chat_type:chat"},
        check=finds_on(["123", "1234"], [])),
    Row("search: rating:good", "GET", SEARCH, 200, params={"q": "rating:good"}, check=finds_on(["123"], [])),
    Row("search: rating:bad", "GET", SEARCH, 200, params={"q": "rating:bad"}, check=finds()),
    Row("search: free text", "GET", SEARCH, 200, params={"q": "LOVE chocolate"}, check=finds("harry")),
    Row("search: a phrase", "GET", SEARCH, 200, params={"q": '"love chocolate"'}, check=finds("harry")),
    Row("search: a phrase in another order", "GET", SEARCH, 200, params={"q": '"chocolate love"'}, check=finds()),
    Row("search: other alphabets", "GET", SEARCH, 200, params={"q": "grüße 東京"}, check=finds("grace")),
    Row("search: a name as free text", "GET", SEARCH, 200, params={"q": "Harry"}, check=finds("harry")),
    Row("search: the comment as free text", "GET", SEARCH, 200, params={"q": '"customer experience"'},
        check=finds_on(["123"], [])),
    Row("search: the history as free text", "GET", SEARCH, 200, params={"q": "minimized"},
        check=finds_on(["1234"], [])),
]
# Queries that cannot be read: the answer says where.
SEARCHING += [
    Row(f"search: cannot be read: {query}", "GET", SEARCH, 400, params={"q": query}, names="q")
    for query in ("timestamp:[2014-10-10 TO", "timestamp:[2014-13-10 TO *]", "timestamp:tomorrow",
                  "timestamp:[2014-10-10 2014-10-11]", "end_timestamp:[ TO *]", "type:call", "rating:great",
                  "visitor_name:", '"no end', "AND", "chocolate AND", "AND chocolate",
                  "timestamp:[2014-10-10T00:00:00+02:00 TO *]", "unheard_of:field")
]

SHOWING = [
    Row("show", "GET", f"{LIST}/$harry", 200,
        check=lambda target, _, value: same(value, id=target.names["harry"], message="I love chocolate")),
    Row("show: by an owner", "GET", f"{LIST}/$harry", 200, key="owner"),
    Row("show: HEAD", "HEAD", f"{LIST}/$harry", 200),
    Row("show: unknown", "GET", f"{LIST}/{NOBODY}", 404),
    Row("show: a number, as the reference says", "GET", f"{LIST}/1", 404),
    Row("show: an id that is too long", "GET", f"{LIST}/{'1' * 300}", 400, names="chat_id"),
    Row("show: an id that is not decodable", "GET", f"{LIST}/%zz", 400, names="target", raw=True),
    Row("show: an id that is not UTF-8", "GET", f"{LIST}/%ff", 400, names="chat_id", raw=True),
    Row("show: an id with a slash in it", "GET", f"{LIST}/a%2Fb", 404),
    Row("show: a support chat", "GET", f"{LIST}/123", 200, check=example_chat, only="sandbox", why=SUPPORT),
]

CREATING = [
    Row("create", "POST", LIST, 201, json=draft("A new one", at=AUTUMN), check=created),
    Row("create: by an agent", "POST", LIST, 201, key="agent", json=draft("by an agent")),
    Row("create: by an owner", "POST", LIST, 201, key="owner", json=draft("by an owner")),
    Row("create: by a writer", "POST", LIST, 201, key="writer", json=draft("by a writer")),
    Row("create: the smallest", "POST", LIST, 201, check=kept("message", "Hi there!"), json={
        "visitor": {}, "message": "Hi there!", "type": "offline_msg", "session": {}, "timestamp": 1412832515}),
    Row("create: a date as text", "POST", LIST, 201, json=draft("dated", at=AUTUMN) | {
        "timestamp": "2014-10-09T05:28:35Z"}, check=kept("timestamp", "2014-10-09T05:28:35Z")),
    Row("create: an impossible date in the session", "POST", LIST, 201, json=draft("late") | {
        "session": {"id": "12345", "start_date": "2014-09-31T08:25:09Z"}}),
    Row("create: members that no chat has are let be", "POST", LIST, 201,
        json=draft("with more", favourite={"colour": "red"})),
    Row("create: tags, webpath and a 64-bit department", "POST", LIST, 201,
        json=draft("tagged", tags=["vip"], department_id=7282618889231,
                   webpath=[{"from": "", "to": "https://www.example.com/", "title": "Home",
                             "timestamp": "2014-06-20T08:34:17Z"}]),
        check=lambda _, __, value: same(value, tags=["vip"], department_id=7282618889231) or
        same(value["webpath"][0], title="Home")),
    Row("create: no body", "POST", LIST, 400, headers={"Content-Type": "application/json"}),
    Row("create: no JSON", "POST", LIST, 400, body="{nonsense", headers={"Content-Type": "application/json"}),
    Row("create: no object", "POST", LIST, 400, json=[draft()]),
    Row("create: a member twice", "POST", LIST, 400, headers={"Content-Type": "application/json"},
        body='{"message": "a", "message": "b"}'),
    Row("create: a form", "POST", LIST, 415, body={"message": "Hi"}, names="Content-Type"),
    Row("create: XML", "POST", LIST, 415, body="<chat/>", headers={"Content-Type": "application/xml"},
        names="Content-Type"),
    Row("create: too large", "POST", LIST, 413, json=draft("x" * 600_000)),
    Row("create: an empty object", "POST", LIST, 422, json={},
        check=refused("visitor", "message", "type", "session", "timestamp")),
]
CREATING += [
    Row(f"create: without {member}", "POST", LIST, 422, json=without(member), names=member,
        check=refused(member))
    for member in ("visitor", "message", "type", "session", "timestamp")
] + [
    Row(f"create: {member} is {value!r}", "POST", LIST, 422, json={**draft(), member: value}, names=member,
        check=refused(member))
    for member, value in (("visitor", "Harry"), ("visitor", None), ("message", ""), ("message", 5),
                          ("type", "chat"), ("type", None), ("session", []), ("session", "141009"),
                          ("timestamp", "yesterday"), ("timestamp", -1), ("timestamp", 1.5),
                          ("timestamp", 99999999999999))
]
CREATING += [
    Row("create: an Idempotency-Key", "POST", LIST, 201, json=draft("once", email="once@example.org"),
        headers={"Idempotency-Key": "once"}, only="relay", why=PROMISE),
    Row("create: the same key and body again", "POST", LIST, 201,
        json=draft("once", email="once@example.org", at=AUTUMN), only="relay", why=PROMISE,
        headers={"Idempotency-Key": '"again"'},
        check=lambda target, answer, value: repeated(target, value)),
    Row("create: a key that is too long", "POST", LIST, 400, json=draft(), names="Idempotency-Key",
        headers={"Idempotency-Key": "k" * 256}, only="relay", why=PROMISE),
]


UPDATING = [
    Row("update: unread", "PUT", f"{LIST}/$read", 200, json={"unread": False}, check=updated(unread=False)),
    Row("update: unread, back", "PUT", f"{LIST}/$read", 200, json={"unread": True}, check=updated(unread=True)),
    Row("update: by an agent", "PUT", f"{LIST}/$read", 200, key="agent", json={"unread": True}),
    Row("update: the visitor's parts", "PUT", f"{LIST}/$visited", 200, check=renamed,
        json={"visitor.name": "Joe", "visitor.notes": "rang twice"}, only="sandbox",
        why=POSTED),
    Row("update: the visitor's parts are what was posted", "PUT", f"{LIST}/$visited", 422,
        json={"visitor.name": "Joe", "visitor.notes": "rang twice"},
        check=refused("visitor.name", "visitor.notes"), only="relay", why=POSTED),
    Row("update: comment, rating and tags", "PUT", f"{LIST}/1234", 200,
        json={"comment": "Thank you", "rating": "bad", "tags": ["vip"], "unread": False},
        check=updated(comment="Thank you", rating="bad", tags=["vip"], unread=False),
        only="sandbox", why=SUPPORT),
    Row("update: a rating taken back", "PUT", f"{LIST}/1234", 200, json={"rating": None},
        check=updated(rating=None), only="sandbox", why=SUPPORT),
    Row("update: a wrong rating", "PUT", f"{LIST}/1234", 422, json={"rating": "great"},
        check=refused("rating"), only="sandbox", why=SUPPORT),
    Row("update: tags that are no array", "PUT", f"{LIST}/1234", 422, json={"tags": "vip"},
        check=refused("tags"), only="sandbox", why=SUPPORT),
    Row("update: nothing", "PUT", f"{LIST}/$read", 400, json={}, names="no member"),
    Row("update: an id that is too long", "PUT", f"{LIST}/{'1' * 300}", 400, json={"unread": False},
        names="chat_id"),
    Row("update: unknown chat", "PUT", f"{LIST}/{NOBODY}", 404, json={"unread": False}),
    Row("update: no JSON", "PUT", f"{LIST}/$read", 400, body="nonsense",
        headers={"Content-Type": "application/json"}),
    Row("update: no body", "PUT", f"{LIST}/$read", 400, headers={"Content-Type": "application/json"}),
    Row("update: no object", "PUT", f"{LIST}/$read", 400, json=["unread"]),
    Row("update: a form", "PUT", f"{LIST}/$read", 415, body={"unread": "false"}, names="Content-Type"),
    Row("update: several wrong at once", "PUT", f"{LIST}/$read", 422,
        json={"unread": "no", "message": "other", "colour": "red"},
        check=refused("unread", "message", "colour")),
    Row("update: nested instead of dotted", "PUT", f"{LIST}/$read", 422, json={"visitor": {"name": "Joe"}},
        check=refused("visitor")),
]
UPDATING += [
    Row(f"update: {member} cannot be {value!r}", "PUT", f"{LIST}/$read", 422, json={member: value}, names=member,
        check=refused(member))
    for member, value in (("id", "1"), ("message", "other"), ("type", "chat"), ("timestamp", 5),
                          ("zendesk_ticket_id", 83), ("department_id", 1), ("session.id", "other"),
                          ("comment", "Thank you"), ("rating", "good"), ("tags", ["vip"]),
                          ("unread", "perhaps"), ("unread", None), ("colour", "red"))
]

DELETING = [
    Row("delete", "DELETE", f"{LIST}/$gone", 204, check=gone("gone")),
    Row("delete: unknown", "DELETE", f"{LIST}/{NOBODY}", 404),
    Row("delete: an id that is too long", "DELETE", f"{LIST}/{'1' * 300}", 400, names="chat_id"),
    Row("delete: ids, not UTF-8", "DELETE", f"{LIST}?ids=%ff", 400, names="ids"),
    Row("delete: ids", "DELETE", LIST, 204, params={"ids": f"$gone1,$gone2,{NOBODY}"},
        check=gone("gone1", "gone2")),
    Row("delete: ids, all unknown", "DELETE", LIST, 204, params={"ids": NOBODY}),
    Row("delete: no ids", "DELETE", LIST, 400, names="ids"),
    Row("delete: empty ids", "DELETE", f"{LIST}?ids=", 400, names="ids"),
    Row("delete: ids, 51", "DELETE", LIST, 400, params={"ids": ",".join(map(str, range(51)))}, names="ids"),
]

EXPORTING = [
    Row("export", "GET", EXPORT, 200, params={"start_time": 0}, check=exports_all),
    Row("export: by an owner", "GET", EXPORT, 200, key="owner", params={"start_time": 0}),
    Row("export: pages", "GET", EXPORT, 200, params={"start_time": 0, "limit": 7}, check=exports_pages),
    Row("export: start_id", "GET", EXPORT, 200, params={"start_time": 0, "start_id": "", "limit": 1}),
    Row("export: from the future", "GET", EXPORT, 200, params={"start_time": 4102444800},
        check=lambda _, __, value: same(value, chats=[], count=0)),
    Row("export: fields", "GET", EXPORT, 200, params={"start_time": 0, "fields": "id,timestamp,visitor"},
        check=only_fields("id", "timestamp", "visitor")),
    Row("export: fields, as clients ask for all", "GET", EXPORT, 200,
        params={"start_time": 0, "fields": "chats(*)"}),
    Row("export: fields, unknown", "GET", EXPORT, 400, params={"start_time": 0, "fields": "id,colour"},
        names="colour"),
    Row("export: fields, of no name", "GET", EXPORT, 400, params={"start_time": 0, "fields": "id,,type"},
        names="fields"),
    Row("export: fields, not UTF-8", "GET", f"{EXPORT}?start_time=0&fields=%ff", 400, names="fields"),
    Row("export: limit 1000", "GET", EXPORT, 200, params={"start_time": 0, "limit": 1000}),
    Row("export: start_time no number", "GET", EXPORT, 400, params={"start_time": "now"}, names="start_time"),
    Row("export: start_time negative", "GET", EXPORT, 400, params={"start_time": -1}, names="start_time"),
    Row("export: start_time missing", "GET", EXPORT, 200, check=exports_all),
    Row("export: limit 0", "GET", EXPORT, 400, params={"start_time": 0, "limit": 0}, names="limit"),
    Row("export: limit 1001", "GET", EXPORT, 400, params={"start_time": 0, "limit": 1001}, names="limit"),
    Row("export: limit no number", "GET", EXPORT, 400, params={"start_time": 0, "limit": "all"}, names="limit"),
    Row("export: start_id too long", "GET", EXPORT, 400, params={"start_time": 0, "start_id": "1" * 300},
        names="start_id"),
]

ENTERING = [
    Row("no token", "GET", LIST, 401, key=None),
    Row("no bearer", "GET", LIST, 401, key=None, headers={"Authorization": "Basic YTpi"}),
    Row("search: by an agent", "GET", SEARCH, 403, key="agent", params={"q": "chocolate"}, names="agent"),
    *(Row(f"{method} {path}: a token of nobody", method, path, 401, key="nobodys-very-own-key")
      for method, path in READS),
    *(Row(f"{method} {path}: a token of nobody", method, path, 401, key="nobodys-very-own-key", **more)
      for method, path, more in WRITES),
    *(Row(f"{method} {path}: not for agents", method, path, 403, key="agent", names="agent")
      for method, path in READS),
    *(Row(f"{method} {path}: not for agents", method, path, 403, key="agent", names="agent", **more)
      for method, path, more in WRITES if method == "DELETE"),
    *(Row(f"{method} {path}: needs the scope read", method, path, 403, key="writer", names="read")
      for method, path in READS),
    *(Row(f"{method} {path}: needs the scope write", method, path, 403, key="reader", names="write", **more)
      for method, path, more in WRITES),
    Row("other methods: list", "PATCH", LIST, 405, check=allows("GET", "HEAD", "POST", "DELETE")),
    Row("other methods: one chat", "POST", f"{LIST}/$grace", 405, check=allows("GET", "HEAD", "PUT", "DELETE")),
    Row("other methods: search", "POST", SEARCH, 405, check=allows("GET", "HEAD")),
    Row("other methods: export", "DELETE", EXPORT, 405, check=allows("GET", "HEAD")),
]

ROWS = LISTING + SEARCHING + SHOWING + CREATING + UPDATING + DELETING + EXPORTING + ENTERING
