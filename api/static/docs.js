// Swagger UI has a dark form, which it takes when the page says so.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  // Of a hundred operations the groups are seen first; drawing all of them makes every click slow.
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
});
