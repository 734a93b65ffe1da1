import { useData } from "vitepress";
import { defineComponent, h, onMounted, ref, watch } from "vue";

let drawn = 0;

/** Draws Mermaid in the reader's browser, in the theme's colours. Without scripts, or where it fails, its source is shown. */
export default defineComponent({
  props: { source: { type: String, required: true } },
  setup({ source }) {
    const text = decodeURIComponent(source);
    const { isDark } = useData();
    const svg = ref("");
    const draw = async () => {
      // loaded by pages with pictures alone: it is as large as all the rest
      const { default: mermaid } = await import("mermaid");
      mermaid.initialize({
        startOnLoad: false,
        securityLevel: "strict",
        theme: isDark.value ? "dark" : "neutral",
        // as wide as it is, and the page scrolls it: a wide one would be too small to read
        flowchart: { useMaxWidth: false },
      });
      svg.value = (await mermaid.render(`drawing-${String(drawn++)}`, text)).svg;
    };
    onMounted(draw);
    watch(isDark, draw);
    return () =>
      svg.value === ""
        ? h("pre", { class: "drawing" }, text)
        : h("div", { class: "drawing", role: "img", innerHTML: svg.value });
  },
});
