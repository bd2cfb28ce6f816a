/* Progressive enhancement only: every page works without this file. It is read before the first paint, so that a page in the dark
   theme never flashes white; the rest waits until the page is there. */
(function () {
  var root = document.documentElement, stored = null;
  try { stored = localStorage.getItem('theme'); } catch (error) { /* private window */ }
  var wanted = new URLSearchParams(location.search).get('theme') || stored;
  root.setAttribute('data-bs-theme', wanted || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'));
  root.classList.add('js');
})();

document.addEventListener('DOMContentLoaded', function () {
  document.querySelectorAll('[data-theme-toggle]').forEach(function (button) {
    button.addEventListener('click', function () {
      var root = document.documentElement;
      var theme = root.getAttribute('data-bs-theme') === 'dark' ? 'light' : 'dark';
      root.setAttribute('data-bs-theme', theme);
      try { localStorage.setItem('theme', theme); } catch (error) { /* the choice lasts for this page */ }
    });
  });
  document.querySelectorAll('[data-print]').forEach(function (button) { /* hidden where it could do nothing */
    button.hidden = false;
    button.addEventListener('click', function () { print(); });
  });
  countAnswers();
  var summary = document.querySelector('.error-summary');
  if (summary) summary.focus();
});

/* Feedback form: a live "3 of 6 answered". The words come translated: data-answered-some="{n} of {total} answered",
   data-answered-all="All {total} answered" on the element with data-answered (role=status). */
function countAnswers() {
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
}
