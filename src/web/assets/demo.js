/* The demo's form: sends without leaving the page, and shows how it goes on. */
(function () {
  "use strict";
  var form = document.getElementById("contact");
  var progress = document.getElementById("progress");
  var now = document.getElementById("now");
  var failed = document.getElementById("failed");
  var button = form.querySelector("button");
  var key = null;
  var sentences = {
    queued: "We have your message. It is waiting to be passed on.",
    delivering: "Your message is being passed on.",
    delivered: "Our support team has your message. Your ticket is being opened.",
    linked: "Our support team has your message. This is your ticket:",
    unlinked: "Our support team has your message and will answer by email.",
    failed: "Your message is safe with us, but needs a person to pass it on."
  };
  var done = { queued: 1, delivering: 1, delivered: 2, linked: 3, unlinked: 2, failed: 1 };

  function el(id) { return document.getElementById(id); }

  function busy(yes) {
    button.setAttribute("aria-disabled", yes ? "true" : "false");
    button.textContent = yes ? "Sending…" : "Send";
  }

  function show(status) {
    var text = sentences[status.state];
    if (now.textContent !== text) now.textContent = text;
    Array.prototype.forEach.call(el("steps").children, function (step, i) {
      step.className = i < done[status.state] ? "done" : "open";
    });
    if (!status.zendesk_ticket_id) return;
    el("number").textContent = "#" + status.zendesk_ticket_id;
    el("ticket").hidden = false;
  }

  function follow(url, tag) {
    var headers = { Accept: "application/json", Prefer: "wait=25" };
    if (tag) headers["If-None-Match"] = tag;
    fetch(url, { headers: headers, cache: "no-store" }).then(function (answer) {
      if (answer.status === 304) return follow(url, tag);
      if (!answer.ok) throw new Error(answer.status);
      return answer.json().then(function (status) {
        show(status);
        if (!/^(linked|unlinked|failed)$/.test(status.state))
          follow(url, answer.headers.get("ETag"));
      });
    }).catch(function () {
      setTimeout(function () { follow(url, tag); }, 3000);
    });
  }

  function clearMarks() {
    failed.textContent = "";
    ["email", "message"].forEach(function (name) {
      el(name).removeAttribute("aria-invalid");
      el(name + "-wrong").textContent = "";
    });
  }

  function complain(problem) {
    var first = null;
    (problem.errors || []).forEach(function (error) {
      var input = form.elements[error.field];
      if (!input || !el(error.field + "-wrong")) return;
      input.setAttribute("aria-invalid", "true");
      el(error.field + "-wrong").textContent = error.detail;
      first = first || input;
    });
    failed.textContent = first ? "" : problem.detail || problem.title;
    if (first) first.focus();
  }

  function accepted(answer, body) {
    form.hidden = true;
    progress.hidden = false;
    key = null;
    /* Location has no host: it is right under whatever name this page has. */
    var status = answer.headers.get("Location");
    el("page").href = status.replace("/v1/submissions/", "/s/");
    show(body);
    now.focus();
    follow(status, null);
  }

  function send() {
    var fields = {};
    new FormData(form).forEach(function (value, name) {
      if (value) fields[name] = value;
    });
    /* One key for each message: sending again after a failure cannot double it. */
    key = key || Math.random().toString(36).slice(2) + Date.now().toString(36);
    busy(true);
    fetch(form.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json",
                 "Idempotency-Key": key },
      body: JSON.stringify(fields)
    }).then(function (answer) {
      return answer.json().then(function (body) {
        busy(false);
        if (answer.ok) return accepted(answer, body);
        if (answer.status === 422) key = null;
        complain(body);
      });
    }).catch(function () {
      busy(false);
      failed.textContent = "The connection failed. Nothing you typed is lost: please send it again.";
    });
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    clearMarks();
    send();
  });
  el("another").addEventListener("click", function () {
    form.reset();
    progress.hidden = true;
    el("ticket").hidden = true;
    form.hidden = false;
    el("message").focus();
  });
})();
