/* Runs before the first paint. A file of its own, so that the content security policy can stay at script-src 'self'. */
(function () {
  var root = document.documentElement, stored = null;
  try { stored = localStorage.getItem('theme'); } catch (error) { /* private window */ }
  var wanted = new URLSearchParams(location.search).get('theme') || stored;
  root.setAttribute('data-bs-theme', wanted || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  root.classList.add('js');
})();
