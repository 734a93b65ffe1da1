import { readFileSync } from "node:fs";
import { fileURLToPath, URL } from "node:url";
import { defineConfig } from "vitepress";
import { deadLinks } from "../deadLinks.ts";
import { drawings } from "../drawings.ts";
import { outside } from "../outside.ts";
import { sidebar } from "../sidebar.ts";
import { slug } from "../slug.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const site = `${root}site/`;
const docs = `${root}docs`;
/** Owner and name of the repository, which bootstrap/ gives a login to. */
const [, repository] = /repository: ([\w./-]+)/.exec(
  readFileSync(`${root}bootstrap/Pulumi.mybinder.yaml`, "utf8"),
);

/** docs/ as a site with search, which works without any other host. SITE_BASE: the path below which it is served. */
export default defineConfig({
  title: "mybinder.org",
  description: "How mybinder.org is deployed and run",
  base: `${process.env.SITE_BASE ?? ""}/`,
  srcDir: docs,
  outDir: `${root}.build/site`,
  cacheDir: `${root}.build/site-cache`,
  rewrites: { "README.md": "index.md", "runbooks/README.md": "runbooks/index.md" },
  cleanUrls: false,
  lastUpdated: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  vite: {
    // The pages are outside of this folder, where no package is found.
    resolve: { alias: [{ find: /^vue(\/server-renderer)?$/, replacement: `${site}node_modules/vue$1` }] },
    // Mermaid, which only pages with pictures load.
    build: { chunkSizeWarningLimit: 2000 },
  },
  markdown: {
    anchor: { slugify: slug },
    config: (md) => {
      md.use(outside, { docs, root, source: `https://github.com/${repository}/blob/main` });
      md.use(drawings);
    },
  },
  themeConfig: {
    sidebar: sidebar(docs),
    outline: [2, 3],
    search: { provider: "local" },
    nav: [
      { text: "First day", link: "/first-day" },
      { text: "Runbooks", link: "/runbooks/" },
      { text: "Links", link: "/links" },
    ],
    socialLinks: [{ icon: "github", link: `https://github.com/${repository}` }],
    editLink: { pattern: `https://github.com/${repository}/edit/main/docs/:path`, text: "Edit this page" },
  },
  // VitePress fails on a link to a page that there is not; an anchor it does not look at.
  buildEnd: ({ outDir, site }) => {
    const dead = deadLinks(outDir, site.base);
    if (dead.length > 0) throw new Error(`links that lead nowhere:\n  ${dead.join("\n  ")}`);
  },
});
