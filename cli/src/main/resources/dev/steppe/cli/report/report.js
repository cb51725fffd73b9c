"use strict";
// A click on a heading sorts its table; numbers by value, text by its letters. What is no number stays at the end.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  const sort = (head, column) => {
    const rising = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.value;
    const compare = (a, b) => {
      if (key(a) === undefined || key(b) === undefined) {
        return (rising ? 1 : -1) * a.cells[column].textContent.localeCompare(b.cells[column].textContent, "en", { numeric: true });
      }
      const x = Number(key(a));
      const y = Number(key(b));
      if (Number.isNaN(x) || Number.isNaN(y)) {
        return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
      }
      return rising ? x - y : y - x;
    };
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(compare));
  };
  heads.forEach((head, column) => {
    head.addEventListener("click", () => sort(head, column));
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        sort(head, column);
      }
    });
  });
}
// A link to a number opens what it lies in.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target) {
    for (let part = target; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") {
        part.open = true;
      }
    }
    target.scrollIntoView({ block: "center" });
  }
};
addEventListener("hashchange", reveal);
reveal();
