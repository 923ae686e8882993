/** For tools that do not read `.vue` files (the linter); `vue-tsc` looks into them itself. */
declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent;
  export default component;
}
