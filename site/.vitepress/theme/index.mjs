// Without the fonts of the theme, which are half of the site: the reader's own do.
import theme from "vitepress/theme-without-fonts";
import Drawing from "./Drawing.mjs";
import "./style.css";

export default {
  extends: theme,
  enhanceApp: ({ app }) => {
    app.component("Drawing", Drawing);
  },
};
