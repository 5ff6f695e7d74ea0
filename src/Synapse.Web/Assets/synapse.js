// What the browser does by itself: keys, copying, theme, dialogs. Text is only ever set as text, never as markup.

const boxSelector = "[data-ask-box]";
let typed = null;

const announce = (message) => {
  const announcer = document.getElementById("announcer");
  if (announcer) {
    announcer.textContent = "";
    // A change in the next frame is read out even when the message is the same as before.
    requestAnimationFrame(() => { announcer.textContent = message; });
  }
};

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// ---- called by the components ----

export function markLive() {
  document.documentElement.dataset.live = "true";
  return true;
}

export function adoptBox(box) {
  const wasTyping = typed;
  typed = null;
  if (!box) {
    return null;
  }

  if (wasTyping !== null && wasTyping.value !== box.value) {
    box.value = wasTyping.value;
    box.focus();
    box.setSelectionRange(wasTyping.caret, wasTyping.caret);
    return wasTyping.value;
  }

  if (box.value === "" && matchMedia("(hover: hover)").matches && (document.activeElement ?? document.body) === document.body) {
    box.focus();
  }

  return null;
}

// The panel that was closed a moment ago: what the server sent before it knew must not take the focus back.
let closed = null;

export function reveal(container, selector, focus) {
  const target = container?.querySelector(selector);
  const panel = container?.closest("aside");
  if (focus && !(panel && panel === closed)) {
    container?.focus({ preventScroll: true });
    const page = container?.closest("aside")?.getBoundingClientRect();
    if (page && (page.top < 0 || page.top > innerHeight - 120)) {
      container.closest("aside").scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
    }
  }

  if (!target) {
    return false;
  }

  // Scrolls the source alone when it has its own scroll bar, and else the page.
  if (container.scrollHeight > container.clientHeight && getComputedStyle(container).overflowY !== "visible") {
    const offset = target.getBoundingClientRect().top - container.getBoundingClientRect().top;
    container.scrollTop += offset - container.clientHeight / 3;
  }

  // What stands at the end of a document stays low in its own scroll area, and that may lie below the window.
  const { top, bottom } = target.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) {
    target.scrollIntoView({ block: container.closest("aside") ? "nearest" : "center" });
  }

  return true;
}

export function lineOfAddress() {
  const match = /^#L(\d{1,9})$/.exec(location.hash);
  return match ? Number(match[1]) : null;
}

export function showDialog(dialog) {
  if (dialog && !dialog.open) {
    dialog.showModal();
  }

  return true;
}

export function closeDialog(dialog) {
  dialog?.close();
  return true;
}

// The place that keeps the focus and had it last: when the circuit takes the focused element away, the browser forgets both.
let keeper = null;

export function keepFocus(place, always) {
  const isLost = (document.activeElement ?? document.body) === document.body && keeper === place;
  if (place && (always || isLost)) {
    (place.querySelector(":scope section [data-takes-focus]") ?? place.querySelector("[data-takes-focus]"))?.focus();
  }

  return true;
}

document.addEventListener("focusin", (event) => { keeper = event.target.closest?.("[data-keeps-focus]") ?? null; });

// Whoever clicks beside it has left it.
document.addEventListener("pointerdown", () => { keeper = null; });

// ---- before the circuit is there, typing must not be lost ----

document.addEventListener("input", (event) => {
  if (event.target.matches?.(boxSelector) && document.documentElement.dataset.live !== "true") {
    typed = { value: event.target.value, caret: event.target.selectionStart };
  }
});

// ---- copying ----

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without permission, or on a plain-text connection from another machine.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) {
    const done = await copy(button.dataset.copy);
    button.dataset.copied = done ? "yes" : "no";
    announce(done ? "Copied" : "The browser did not allow copying");
    setTimeout(() => { delete button.dataset.copied; }, 1600);
    return;
  }

  if (event.target.closest?.("[data-theme-toggle]")) {
    toggleTheme();
  } else if (event.target.closest?.("[data-sign-out]")) {
    // Not a form: without a referrer a browser posts a form under the origin "null", which the server turns away.
    await fetch("/sign-out", { method: "POST" });
    location.assign("/");
  } else if (event.target.closest?.("[data-open-keys]")) {
    showDialog(document.getElementById("keys"));
  } else if (event.target.closest?.("[data-skip]")) {
    event.preventDefault();
    document.getElementById("main")?.focus();
  }
});

// On a phone the keyboard would cover what was asked for.
document.addEventListener("submit", (event) => {
  if (matchMedia("(hover: none)").matches && event.target.matches(".ask-box")) {
    document.activeElement?.blur();
  }
});

// A click beside a dialog closes it.
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) {
      event.target.close();
    }
  }
});

// ---- theme ----

const toggleTheme = () => {
  const root = document.documentElement;
  const isDark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const next = isDark ? "light" : "dark";
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  try {
    // Back at what the system says, the page follows the system again.
    if (next === system) {
      delete root.dataset.theme;
      localStorage.removeItem("synapse-theme");
    } else {
      root.dataset.theme = next;
      localStorage.setItem("synapse-theme", next);
    }
  } catch {
    root.dataset.theme = next;
  }

  announce(next === "dark" ? "Dark" : "Light");
};

// ---- keys ----

const isTyping = (element) => element?.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

const moveHit = (step) => {
  const hits = [...document.querySelectorAll("[data-hit]")];
  if (hits.length === 0) {
    return false;
  }

  const current = hits.findIndex((hit) => hit.closest("li").contains(document.activeElement));
  const next = current < 0 ? (step > 0 ? 0 : -1) : current + step;
  if (next < 0) {
    document.querySelector(boxSelector)?.focus();
  } else if (next < hits.length) {
    hits[next].focus();
    hits[next].closest("li").scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  return true;
};

const closeSource = () => {
  const button = document.querySelector("[data-close-source]");
  if (!button) {
    return false;
  }

  // Back to where the source was opened from.
  const opener = document.querySelector(".is-open[data-citation], .is-open [data-hit], .citations .is-open a");
  closed = button.closest("aside");
  button.click();
  opener?.focus();
  return true;
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) {
    return;
  }

  const box = document.querySelector(boxSelector);
  const typing = isTyping(event.target);
  let handled = false;
  if (event.key === "Escape") {
    handled = closeSource();
    if (!handled && typing) {
      event.target.blur();
      handled = true;
    }
  } else if (event.key === "ArrowDown" && event.target === box) {
    handled = moveHit(1);
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    if (box) {
      box.focus();
      box.select();
    } else {
      document.querySelector("[data-filter]")?.focus();
    }
    handled = true;
  } else if (event.key === "?") {
    showDialog(document.getElementById("keys"));
    handled = true;
  } else if (event.key === "j" || (event.key === "ArrowDown" && event.target.closest?.(".hit-list"))) {
    handled = moveHit(1);
  } else if (event.key === "k" || (event.key === "ArrowUp" && event.target.closest?.(".hit-list"))) {
    handled = moveHit(-1);
  } else if (/^[1-9]$/.test(event.key)) {
    const citation = document.querySelector(`.answer-text [data-citation="${event.key}"]`);
    citation?.click();
    handled = citation !== null;
  }

  if (handled) {
    event.preventDefault();
  }
});

// ---- the circuit ----

// After a restart the server does not know this circuit any more. The address holds all that the page needs, so load it anew.
document.addEventListener("components-reconnect-state-changed", (event) => {
  if (event.detail?.state === "rejected") {
    location.reload();
  }
});
