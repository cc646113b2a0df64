// What the theme leaves out for keyboards and screen readers.
document.addEventListener("DOMContentLoaded", async () => {
  const sidebar = document.querySelector(".bd-sidebar-primary");
  sidebar?.setAttribute("role", "region");
  sidebar?.setAttribute("aria-label", "Contents of the book");
  for (const entry of document.querySelectorAll("[role=doc-biblioentry], .citation-list")) {
    entry.removeAttribute("role"); // a list of them would need another structure
  }
  await window.MathJax?.startup?.promise;
  for (const wide of document.querySelectorAll("mjx-container[display=true], table, pre")) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0; // so that arrow keys scroll it
  }
});

// The page of exercises remembers what is done, in this browser only.
document.addEventListener("DOMContentLoaded", () => {
  const boxes = [...document.querySelectorAll("input.done")];
  const status = document.getElementById("progress");
  if (!status) return;
  const report = () => {
    status.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} done.`;
  };
  for (const box of boxes) {
    box.checked = localStorage.getItem(box.id) !== null;
    box.addEventListener("change", () => {
      if (box.checked) localStorage.setItem(box.id, "1");
      else localStorage.removeItem(box.id);
      report();
    });
  }
  report();
});

// Questions: each is a named group, its explanation is announced, answers have a spoken name.
document.addEventListener("DOMContentLoaded", async () => {
  await window.MathJax?.startup?.promise;
  for (const question of document.querySelectorAll(".Quiz")) {
    const text = question.querySelector(".MultipleChoiceQn, .ManyChoiceQn");
    question.setAttribute("role", "group");
    question.setAttribute("aria-labelledby", text.id);
    question.querySelector(".Feedback").setAttribute("aria-live", "polite");
    for (const answer of question.querySelectorAll(".MCButton")) {
      const spoken = answer.textContent.replace(/\\[()]/g, " ").trim();
      answer.querySelector("input").setAttribute("aria-label", spoken);
    }
  }
});

// Words of the glossary say what they mean, under the mouse and under the keyboard's focus.
document.addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("a.reference:has(.std-term)")) {
    const content = GLOSSARY[link.hash.slice(1)];
    if (!content) continue;
    tippy(link, {
      content,
      onShow: ({ popper }) => {
        if (content.includes("\\(")) window.MathJax?.typesetPromise?.([popper]);
      },
    });
  }
});
