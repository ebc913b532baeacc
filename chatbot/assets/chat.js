/* The page's own behaviour: opening sources, copying, light and dark. It stores nothing and calls nobody. */
(() => {
  "use strict";
  let opener = null;   // the button that opened the source, to go back to
  let wanted = null;   // the source asked for, until the server has drawn it

  const panel = () => document.getElementById("vm-sources");
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => matchMedia("(max-width: 900px)").matches;

  function reveal() {
    const source = panel()?.querySelector(".vm-source");
    if (!wanted || !source || source.dataset.key !== wanted.key || source.dataset.turn !== wanted.turn) return;
    wanted = null;
    document.getElementById("vm-panel-title")?.focus({ preventScroll: true });
    panel().scrollTop = 0;
    show(source.querySelector(".vm-page") ?? source.querySelector("mark"));
  }

  // Brings the quote into view if it is not: its mark, or the height of a page at which its box stands.
  function show(quote) {
    if (!quote) return;
    const image = quote.querySelector("img");
    if (image && !image.complete) return image.addEventListener("load", () => show(quote), { once: true });
    const place = quote.getBoundingClientRect();
    const view = panel().getBoundingClientRect();
    const top = place.top + (place.height * Number(quote.dataset.top ?? 0)) / 100;
    if (top + 40 > view.bottom) {
      panel().scrollTo({ top: top - view.top - view.height * 0.4, behavior: still() ? "auto" : "smooth" });
    }
  }

  function openSource(button) {
    const { turn, key } = button.dataset;
    if (!panel()?.contains(button)) {
      opener = button;
      document.querySelectorAll(".vm-current").forEach((old) => old.classList.remove("vm-current"));
      button.classList.add("vm-current");
    }
    document.body.classList.add("vm-open");
    wanted = key === "all" ? null : { turn, key };
    reveal();
  }

  function closeSources() {
    if (!document.body.classList.contains("vm-open")) return;
    document.body.classList.remove("vm-open");
    opener?.focus();
  }

  async function copy(button) {
    const label = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Copying is not allowed here";
    }
    setTimeout(() => { label.textContent = "Copy"; }, 1600);
  }

  function enlarge(button) {
    const dialog = document.createElement("dialog");
    dialog.className = "vm-zoom";
    dialog.setAttribute("aria-label", "The page, enlarged");
    dialog.append(button.querySelector("img").cloneNode());
    dialog.tabIndex = -1;
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    if (button?.dataset.action === "source") openSource(button);
    else if (button?.dataset.action === "restart") { closeSources(); wanted = opener = null; }
    else if (button?.dataset.copy !== undefined) copy(button);
    else if (button?.dataset.zoom !== undefined) enlarge(button);
    else if (button?.dataset.themeSwitch !== undefined) document.body.classList.toggle("dark");
    else if (button?.dataset.close !== undefined) closeSources();
    else if (narrow() && document.body.classList.contains("vm-open") && !panel().contains(event.target)) closeSources();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeSources();
  });

  let turns = 0;
  function follow() {
    reveal();
    const all = document.querySelectorAll("#vm-transcript .vm-turn");
    if (all.length > turns) {
      // A new question goes to the top, so that its answer appears below it without scrolling away.
      all[all.length - 1].scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
    }
    turns = all.length;
  }
  const start = () => {
    const transcript = document.getElementById("vm-transcript");
    if (!transcript || !panel()) return setTimeout(start, 50);
    transcript.setAttribute("role", "log");
    transcript.setAttribute("aria-label", "Conversation");
    transcript.setAttribute("aria-live", "polite");
    panel().setAttribute("role", "complementary");
    panel().setAttribute("aria-label", "Sources");
    document.getElementById("vm-audience")?.setAttribute("aria-label", "Write for");
    new MutationObserver(follow).observe(transcript, { childList: true, subtree: true });
    new MutationObserver(reveal).observe(panel(), { childList: true, subtree: true, attributes: true, attributeFilter: ["data-key", "data-turn"] });
  };
  start();
})();
