// Uploads one file after the other, so that one that is refused says why and the others arrive.
(() => {
  "use strict";

  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const progress = form.querySelector("progress");
  const list = form.querySelector(".uploads");
  const button = form.querySelector("button");
  const largest = Number(form.dataset.largest);

  function send(file, shown) {
    return new Promise((resolve) => {
      const body = new FormData();
      body.append("file", file);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("x-form-token", form.elements.form_token.value);
      request.setRequestHeader("hx-request", "true");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) shown(event.loaded);
      });
      request.addEventListener("load", () => resolve(request));
      request.addEventListener("error", () => resolve(null));
      request.send(body);
    });
  }

  function complaint(request) {
    if (request === null) return "the connection was lost";
    if (request.status < 300) return null;
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    return answer.querySelector(".fault p")?.textContent ?? `refused (${request.status})`;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = [...input.files];
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    let done = 0,
      taken = 0;
    list.replaceChildren();
    progress.hidden = false;
    button.disabled = true;
    for (const file of files) {
      // Sent, it would be refused in the middle, and the browser could not say why.
      const tooLarge = file.size > largest ? `larger than ${Math.round(largest / 1048576)} MB` : null;
      const request = tooLarge
        ? null
        : await send(file, (loaded) => {
            progress.value = (done + Math.min(loaded, file.size)) / total;
          });
      done += file.size;
      progress.value = done / total;
      const fault = tooLarge ?? complaint(request);
      if (fault === null) {
        taken += 1;
        continue;
      }
      const item = document.createElement("li");
      item.textContent = `${file.name}: ${fault}`;
      list.append(item);
    }
    button.disabled = false;
    if (taken === files.length) {
      location.reload();
      return;
    }
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = `${taken} of ${files.length} uploaded: reload`;
    item.append(link);
    list.prepend(item);
    progress.hidden = true;
  });
})();
