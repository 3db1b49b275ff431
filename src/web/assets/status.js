/* Keeps the status page up to date: by an event stream, else by long polling. */
(function () {
  "use strict";
  var main = document.getElementById("status");
  var now = document.getElementById("now");
  var url = main.dataset.poll;
  var done = { queued: 1, delivering: 1, delivered: 2, linked: 3, unlinked: 2, failed: 1 };
  var tag = null;

  function final(state) {
    return state === "linked" || state === "unlinked" || state === "failed";
  }

  function showTicket(status) {
    var number = document.getElementById("number");
    var text = "#" + status.zendesk_ticket_id;
    if (!status.zendesk_ticket_id || number.textContent === text) return;
    number.textContent = "";
    if (/^https?:\/\//.test(status.ticket_url || "")) {
      var link = document.createElement("a");
      link.href = status.ticket_url;
      link.rel = "noreferrer";
      link.textContent = text;
      number.appendChild(link);
    } else {
      number.textContent = text;
    }
    document.getElementById("ticket").hidden = false;
  }

  function show(status) {
    main.dataset.state = status.state;
    if (main.dataset[status.state] && now.textContent !== main.dataset[status.state])
      now.textContent = main.dataset[status.state];
    Array.prototype.forEach.call(document.getElementById("steps").children, function (step, i) {
      step.className = i < done[status.state] ? "done" : "open";
      if (i === done[status.state] - 1) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    });
    showTicket(status);
  }

  function later() {
    now.textContent = main.dataset.offline;
    setTimeout(poll, 3000);
  }

  function poll() {
    var headers = { Accept: "application/json", Prefer: "wait=25" };
    if (tag) headers["If-None-Match"] = tag;
    fetch(url, { headers: headers, cache: "no-store" }).then(function (answer) {
      if (answer.status === 304) return poll();
      if (answer.status === 404) return null;
      if (!answer.ok) return later();
      tag = answer.headers.get("ETag");
      return answer.json().then(function (status) {
        show(status);
        if (!final(status.state)) poll();
      });
    }).catch(later);
  }

  function stream() {
    var heard = false;
    var source = new EventSource(url);
    source.addEventListener("state", function (event) {
      var status = JSON.parse(event.data);
      heard = true;
      show(status);
      if (final(status.state)) source.close();
    });
    /* What cannot stream (an old proxy, say) can still be asked. */
    source.addEventListener("error", function () {
      if (heard && source.readyState !== EventSource.CLOSED) return;
      source.close();
      poll();
    });
  }

  /* The page itself can only say it in UTC. */
  var received = document.getElementById("received");
  var at = new Date(received.dateTime);
  if (!isNaN(at)) received.textContent = at.toLocaleString(document.documentElement.lang);

  if (final(main.dataset.state)) return;
  if (window.EventSource) stream();
  else poll();
})();
