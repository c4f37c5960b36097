import { onWillDestroy, useComponent } from "@odoo/owl";

/** What a component's hooks are kept in; those of effects hold the elements that they look at. */
const HOOKS = [
    "mounted",
    "patched",
    "willDestroy",
    "willPatch",
    "willStart",
    "willUnmount",
    "willUpdateProps",
];

function sever(node) {
    Object.values(node.children).forEach(sever);
    for (const name of Object.keys(node.refs)) {
        delete node.refs[name];
    }
    for (const name of HOOKS) {
        node[name] = [];
    }
    Object.assign(node, { bdom: null, children: Object.create(null), parent: null });
}

/**
 * Takes a component apart once it is destroyed: observers that nothing takes back may hold it for good, but then they
 * hold neither its elements nor what was above and below it.
 */
export function useSeverance() {
    const node = useComponent().__owl__;
    onWillDestroy(() => queueMicrotask(() => sever(node)));
}
