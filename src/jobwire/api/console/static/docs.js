// The contents on a phone, and what overflows can be scrolled with the keyboard.
for (const button of document.querySelectorAll(".menu-button")) {
  button.addEventListener("click", () => {
    const open = button.parentElement.classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  });
}
for (const box of document.querySelectorAll(".prose pre, .prose table, .scroll")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}
