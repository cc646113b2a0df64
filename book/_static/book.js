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
