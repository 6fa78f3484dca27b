// What the pages gain where scripts run; every one of them works without.
"use strict";

(() => {
  const words = document.documentElement.lang === "de"
    ? { copy: "Kopieren", copied: "Kopiert", sending: "Wird gesendet …" }
    : { copy: "Copy", copied: "Copied", sending: "Sending …" };

  // Times are told in the zone of this browser from the next page on.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const cookie = `cordon_zone=${zone.replaceAll("/", ".")}`;
  if (!document.cookie.split("; ").includes(cookie)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${cookie}; Path=/; SameSite=Strict; Max-Age=31536000${secure}`;
  }

  const typing = (target) =>
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

  // Keys, which can be turned off (WCAG 2.1.4).
  const keysOff = () => localStorage.getItem("cordon-keys") === "off";
  const rows = () => [...document.querySelectorAll("main tbody tr, main .cards > li")];
  let row = -1;
  document.addEventListener("keydown", (event) => {
    if (keysOff() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) return;
    if (event.key === "j" || event.key === "k") {
      const all = rows();
      if (all.length === 0) return;
      row = Math.min(Math.max(row + (event.key === "j" ? 1 : -1), 0), all.length - 1);
      const link = all[row].querySelector("a, button, summary");
      if (link) link.focus();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.tagName === "INPUT") target.focus();
    else target.click();
  });
  for (const button of document.querySelectorAll('[data-keys="toggle"]')) {
    const show = () => button.setAttribute("aria-pressed", String(!keysOff()));
    show();
    button.addEventListener("click", () => {
      localStorage.setItem("cordon-keys", keysOff() ? "on" : "off");
      show();
    });
  }

  // What is to be copied can be copied.
  if (navigator.clipboard) {
    for (const block of document.querySelectorAll("pre > code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = words.copy;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(block.textContent);
        button.textContent = words.copied;
      });
      block.parentElement.before(button);
    }
  }

  // A form is sent once, and says that it is on its way.
  document.addEventListener("submit", (event) => {
    // Whoever signs in here next finds no texts of somebody else.
    if (event.target.getAttribute("action") === "/sign-out") sessionStorage.clear();
    const button = event.submitter;
    if (event.target.method !== "post" || !button || "stays" in event.target.dataset) return;
    setTimeout(() => {
      button.disabled = true;
      button.textContent = words.sending;
    });
  });
  addEventListener("pageshow", (event) => {
    // A page that comes back out of the browser's memory has its buttons again.
    if (event.persisted) location.reload();
  });

  // A long text survives a lost session or a reload, in this tab only, until it has come in.
  const drafts = [...document.querySelectorAll('form[method="post"] textarea')];
  const name = (field) => `cordon-draft ${location.pathname} ${field.id}`;
  const sent = JSON.parse(sessionStorage.getItem("cordon-sent") || "[]");
  // What was refused as a whole has not come in: then the text stays.
  if (!document.querySelector("[data-draft]")) {
    for (const draft of sent) sessionStorage.removeItem(draft);
  }
  sessionStorage.removeItem("cordon-sent");
  for (const field of drafts) {
    const kept = sessionStorage.getItem(name(field));
    if (kept && field.value === "") field.value = kept;
    field.addEventListener("input", () => sessionStorage.setItem(name(field), field.value));
    field.form.addEventListener("submit", () => {
      const names = [...field.form.querySelectorAll("textarea")].map(name);
      sessionStorage.setItem("cordon-sent", JSON.stringify(names));
    });
  }

  // Filters act as one types; the button is for those without scripts.
  for (const form of document.querySelectorAll("form[data-filter]")) {
    const items = [...document.querySelectorAll(form.dataset.filter)];
    form.addEventListener("input", () => {
      const wanted = new FormData(form).get("q").toLocaleLowerCase();
      for (const item of items) {
        item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
      }
    });
  }

  // News: what has changed is fetched and put in place, unless somebody is at work in it.
  const parts = () => [...document.querySelectorAll("[data-live]")];
  const isBusy = (part) =>
    part.contains(document.activeElement) && typing(document.activeElement) ||
    [...part.querySelectorAll("textarea, input[type=text]")].some(
      (field) => field.value !== field.defaultValue);
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const next = fresh.getElementById(part.id);
      if (!next || isBusy(part) || next.innerHTML === part.innerHTML) continue;
      const open = new Set(
        [...part.querySelectorAll("details[open] > summary")].map((line) => line.textContent));
      for (const line of next.querySelectorAll("details > summary")) {
        if (open.has(line.textContent)) line.parentElement.open = true;
      }
      const focused = part.contains(document.activeElement) && document.activeElement.id;
      part.replaceWith(next);
      if (focused) document.getElementById(focused)?.focus();
    }
  };
  if (parts().length > 0 && window.EventSource) {
    const news = new EventSource("/live");
    let waits;
    news.addEventListener("change", () => {
      clearTimeout(waits);
      waits = setTimeout(refresh, 200);
    });
    addEventListener("pagehide", () => news.close());
  }
})();
