// What the pages gain where scripts run; every one of them works without.
"use strict";

(() => {
  const words = document.documentElement.lang === "de"
    ? {
      copy: "Kopieren", copied: "Kopiert", sending: "Wird gesendet …",
      lost: "Es kam nicht an. Nichts ist verloren: Senden Sie es noch einmal.",
    }
    : {
      copy: "Copy", copied: "Copied", sending: "Sending …",
      lost: "It did not get through. Nothing is lost: send it again.",
    };

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
  const offerKeys = () => {
    for (const button of document.querySelectorAll('[data-keys="toggle"]')) {
      const show = () => button.setAttribute("aria-pressed", String(!keysOff()));
      show();
      button.addEventListener("click", () => {
        localStorage.setItem("cordon-keys", keysOff() ? "on" : "off");
        show();
      });
    }
  };

  // What is to be copied can be copied.
  const offerCopies = () => {
    if (!navigator.clipboard) return;
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
  };

  // A form is sent once, and says that it is on its way.
  document.addEventListener("submit", (event) => {
    // Whoever signs in here next finds no texts of somebody else.
    if (event.target.getAttribute("action") === "/sign-out") sessionStorage.clear();
    const button = event.submitter;
    if (event.target.method !== "post" || !button || "stays" in event.target.dataset) return;
    if ([...event.target.elements].some((field) => field.files?.length > 0)) {
      event.preventDefault();
      uploads(event.target, button);
      return;
    }
    setTimeout(() => {
      button.disabled = true;
      button.textContent = words.sending;
    });
  });

  // One sees how far files have come. The page that answers takes the place of this one; what did
  // not get through leaves the form as it is, with its files.
  const uploads = (form, button) => {
    const request = new XMLHttpRequest();
    const usual = button.textContent;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", words.sending);
    form.querySelector("[data-lost]")?.remove();
    request.open("POST", form.getAttribute("action"));
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    const fails = (why = words.lost) => {
      sessionStorage.removeItem("cordon-sent");
      const note = document.createElement("p");
      note.dataset.lost = "lost";
      note.className = "fault";
      note.setAttribute("role", "alert");
      note.textContent = why;
      bar.replaceWith(note);
      button.disabled = false;
      button.textContent = usual;
    };
    request.addEventListener("error", () => fails());
    request.addEventListener("load", () => {
      const page = request.response;
      // A page of a server in between is no answer, and a refusal of everything no form.
      if (!page?.querySelector("main#content")) return fails();
      const refusal = page.querySelector("[data-draft]");
      if (refusal && request.status !== 401) {
        const more = refusal.parentElement.querySelector("h1 ~ p");
        return fails([refusal, more].map((one) => one?.textContent.trim() ?? "").join(". "));
      }
      document.title = page.title;
      document.body.replaceWith(page.body);
      if (request.status < 400) {
        history.pushState(null, "", request.responseURL);
      } else {
        // What was typed stays a draft, as reading the page anew would show the form without it.
        if (!refusal) sessionStorage.removeItem("cordon-sent");
        history.replaceState(null, "", location.href);
      }
      shown = place();
      equip();
      const step = document.getElementById(new URLSearchParams(location.search).get("step"));
      scrollTo(0, 0);
      (document.querySelector("[autofocus]") ?? document.querySelector("main"))?.focus();
      if (request.status < 400) step?.scrollIntoView();
    });
    request.send(new FormData(form, button));
    button.disabled = true;
    button.textContent = words.sending;
    button.after(bar);
  };
  // Back from a page that came so, the one before is asked for again.
  const place = () => location.pathname + location.search;
  let shown = place();
  addEventListener("popstate", () => {
    if (place() !== shown) location.reload();
  });

  addEventListener("pageshow", (event) => {
    // A page that comes back out of the browser's memory has its buttons again.
    if (event.persisted) location.reload();
  });

  // A long text survives a lost session or a reload, in this tab only, until it has come in.
  const name = (field) => `cordon-draft ${location.pathname} ${field.id}`;
  const keepDrafts = () => {
    const sent = JSON.parse(sessionStorage.getItem("cordon-sent") || "[]");
    // What was refused as a whole has not come in: then the text stays.
    if (!document.querySelector("[data-draft]")) {
      for (const draft of sent) sessionStorage.removeItem(draft);
    }
    sessionStorage.removeItem("cordon-sent");
    for (const field of document.querySelectorAll('form[method="post"] textarea')) {
      const kept = sessionStorage.getItem(name(field));
      if (kept && field.value === "") field.value = kept;
      field.addEventListener("input", () => sessionStorage.setItem(name(field), field.value));
      field.form.addEventListener("submit", () => {
        const names = [...field.form.querySelectorAll("textarea")].map(name);
        sessionStorage.setItem("cordon-sent", JSON.stringify(names));
      });
    }
  };

  // Filters act as one types; the button is for those without scripts.
  const filterAsTyped = () => {
    for (const form of document.querySelectorAll("form[data-filter]")) {
      const items = [...document.querySelectorAll(form.dataset.filter)];
      form.addEventListener("input", () => {
        const wanted = new FormData(form).get("q").toLocaleLowerCase();
        for (const item of items) {
          item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
        }
      });
    }
  };

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
  let news;
  const followNews = () => {
    if (news || parts().length === 0 || !window.EventSource) return;
    news = new EventSource("/live");
    let waits;
    news.addEventListener("change", () => {
      clearTimeout(waits);
      waits = setTimeout(refresh, 200);
    });
    addEventListener("pagehide", () => news.close());
  };

  const equip = () => {
    row = -1;
    for (const part of [offerKeys, offerCopies, keepDrafts, filterAsTyped, followNews]) part();
  };
  equip();
})();
