/** Builds the console into `dist/console`. */
import vue from "@vitejs/plugin-vue";
import { join } from "node:path";
import { defineConfig } from "vite";

const ROOT = import.meta.dirname;
/** The running Callplane of `npm run dev:console`. */
const SERVER = process.env["CALLPLANE_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: ROOT,
  base: "/",
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: "false", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
  // `npm run dev:console` beside a running Callplane: pages come from here, everything else from there.
  // By whole words: `/me` is the API's, `/messages/…` a file of the console.
  server: {
    proxy: Object.fromEntries(
      ["/session", "/demonstration", "/me", "/ws", "/events", "/voicechannel", "/voiceconfig", "/voicetwilio", "/health", "/docs", "/audit", "/api/v2"].map((path) => [`^${path}(?=[/:?]|$)`, { target: SERVER, ws: path === "/ws", changeOrigin: true, headers: { origin: SERVER } }]),
    ),
  },
  build: {
    outDir: join(ROOT, "../../dist/console"),
    emptyOutDir: true,
    target: "es2022",
    assetsDir: "assets",
    // What is inlined would need the policy to allow data: for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    manifest: true,
    reportCompressedSize: false,
  },
});
