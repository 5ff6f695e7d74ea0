// Runs before the first paint: puts the chosen theme on the page, so that it never flashes in the other one.
(() => {
  try {
    const theme = localStorage.getItem("synapse-theme");
    if (theme === "light" || theme === "dark") {
      document.documentElement.dataset.theme = theme;
    }
  } catch {
    // Storage may be forbidden; the system's theme then stays.
  }
})();
