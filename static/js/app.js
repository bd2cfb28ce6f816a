/* Progressive enhancement only: every page works without this file. */
document.querySelectorAll('[data-theme-toggle]').forEach(function (button) {
  button.addEventListener('click', function () {
    var root = document.documentElement;
    var theme = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
    root.setAttribute('data-bs-theme', theme);
    try { localStorage.setItem('theme', theme); } catch (error) { /* private window: the choice lasts for this page */ }
  });
});

/* Feedback form: a live "3 of 6 answered". The words come translated: data-answered-some="{n} of {total} answered",
   data-answered-all="All {total} answered" on the element with data-answered (role=status). */
(function () {
  var form = document.querySelector('[data-feedback]');
  var out = form && form.querySelector('[data-answered]');
  if (!out) return;
  var questions = form.querySelectorAll('fieldset[data-q]');
  function count() {
    var answered = 0;
    questions.forEach(function (question) { if (question.querySelector('input:checked')) answered++; });
    var words = answered === questions.length ? out.dataset.answeredAll : out.dataset.answeredSome;
    out.textContent = words.replace('{n}', answered).replace('{total}', questions.length);
  }
  form.addEventListener('change', count);
  count();
})();

/* The error summary takes focus when the page has loaded. */
(function () {
  var summary = document.querySelector('.error-summary');
  if (summary) summary.focus();
})();
