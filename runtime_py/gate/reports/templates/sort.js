  const value = cell => { const text = cell.dataset.value ?? cell.textContent.trim(); const number = parseFloat(text.replace(/,/g, "")); return cell.classList.contains("n") && !isNaN(number) ? number : text; };
  const before = (a, b) => typeof a === typeof b ? (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true })) : typeof a === "number" ? -1 : 1;
  for (const table of document.querySelectorAll("table.sortable"))
    table.tHead.addEventListener("click", event => {
      const head = event.target.closest("th");
      if (!head) return;
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows].sort((a, b) => before(value(a.cells[head.cellIndex]), value(b.cells[head.cellIndex])));
      table.tBodies[0].append(...(down ? rows.reverse() : rows));
    });
