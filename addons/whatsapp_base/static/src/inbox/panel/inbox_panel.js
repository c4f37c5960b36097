import {
    Component,
    onMounted,
    status,
    useComponent,
    useEffect,
    useExternalListener,
    useState,
} from "@odoo/owl";

import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

import { panelParts } from "./panel_service";

/** Changes that come together are loaded once (ms). */
const DEBOUNCE = 400;
/** Whoever comes back to the window after this long (ms) sees what changed where nobody tells it. */
const STALE_AFTER = 30 * 1000;

/**
 * The right of the inbox: who the customer is and what there is between us. It loads by itself, in one call, after the
 * thread was opened; what it showed last time stands there until then.
 *
 * @typedef {Object} Props
 * @property {number} conversationId
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class InboxPanel extends Component {
    static template = "whatsapp_base.InboxPanel";
    static props = { conversationId: Number, thread: Object };

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.memory = useService("whatsapp.panel");
        this.ui = useService("ui");
        this.component = useComponent();
        this.keepLast = new KeepLast();
        this.loadedAt = 0;
        this.state = useState({
            data: this.memory.recall(this.props.conversationId),
            hasFailed: false,
        });
        this.reload = this.reload.bind(this);
        const reloadSoon = useDebounced(this.reload, DEBOUNCE);
        onMounted(this.reload);
        useBus(this.memory.bus, "changed", ({ detail }) => {
            if (detail.id === this.props.conversationId) {
                reloadSoon();
            }
        });
        useExternalListener(window, "focus", () => {
            if (Date.now() - this.loadedAt > STALE_AFTER) {
                reloadSoon();
            }
        });
        // a file that was shared belongs to the panel
        useEffect(
            (message) => {
                if (this.loadedAt && message?.attachment_ids.length) {
                    reloadSoon();
                }
            },
            () => [this.props.thread.newestPersistentMessage],
        );
    }

    get parts() {
        return panelParts
            .getEntries()
            .map(([name, part]) => ({ name, ...part }))
            .filter(({ isShown }) => !isShown || isShown(this.state.data))
            .sort((a, b) => (a.sequence ?? 50) - (b.sequence ?? 50));
    }

    /** Load what there is now. */
    async reload() {
        try {
            const data = await this.keepLast.add(this.memory.load(this.props.conversationId));
            this.loadedAt = Date.now();
            if (status(this.component) !== "destroyed") {
                Object.assign(this.state, { data, hasFailed: false });
            }
        } catch {
            // the conversation may have gone to somebody else meanwhile: the thread says so, or the next look does
            this.state.hasFailed = true;
        }
    }
}
