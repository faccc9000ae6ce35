// What a script adds to pages that work without one: focus on the error summary, a live
// count of characters and of chosen projects, a warning before the session ends, and the
// copy and print buttons (drawn hidden, shown here).

const WARN_BEFORE_SECONDS = 120;

document.querySelector("[data-focus]")?.focus();

for (const box of document.querySelectorAll("[data-count]")) {
  const out = document.getElementById(box.dataset.count);
  const show = () => {
    // As the server counts: characters, a line break as one.
    const length = [...box.value].length;
    out.textContent = length;
    out.closest(".pb-count").classList.toggle("pb-count--over", length > Number(box.dataset.most));
  };
  box.addEventListener("input", show);
  show();
}

for (const out of document.querySelectorAll("[data-chosen]")) {
  const form = out.closest("form");
  const show = () => {
    out.textContent = form.querySelectorAll("[data-ballot] :checked:not([data-none])").length;
  };
  form.addEventListener("change", show);
  show();
}

for (const note of document.querySelectorAll("[data-session-seconds]")) {
  const wait = Math.max(0, Number(note.dataset.sessionSeconds) - WARN_BEFORE_SECONDS);
  setTimeout(() => note.removeAttribute("hidden"), wait * 1000);
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.replace(/\s/g, ""));
    button.textContent = button.dataset.copied;
  });
}
