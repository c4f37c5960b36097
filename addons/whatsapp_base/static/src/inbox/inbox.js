import {
    Component,
    onWillStart,
    onWillUnmount,
    useEffect,
    useExternalListener,
    useState,
} from "@odoo/owl";

import { router } from "@web/core/browser/router";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { InboxList } from "./list/inbox_list";
import { VIEWS } from "./list/inbox_views";
import { InboxPanel } from "./panel/inbox_panel";
import { InboxThread } from "./thread/inbox_thread";

export const INBOX_PATH = "whatsapp-inbox";

/** The team inbox: list, thread and panel. What they share is the service `whatsapp.inbox`. */
export class Inbox extends Component {
    static template = "whatsapp_base.Inbox";
    static components = { InboxList, InboxPanel, InboxThread };
    static props = { ...standardActionServiceProps };
    static path = INBOX_PATH;
    static displayName = _t("Inbox");

    setup() {
        this.inbox = useState(useService("whatsapp.inbox"));
        this.ui = useService("ui");
        this.env.config.setDisplayName?.(Inbox.displayName.toString());
        onWillStart(() => {
            const { params } = this.props.action;
            this.restore({ ...params, resId: this.props.resId ?? params?.resId });
        });
        this.inbox.setActive(true);
        onWillUnmount(() => this.inbox.setActive(false));
        useEffect(
            (resId, view, panel) => this.props.updateActionState({ resId, view, panel }),
            () => [
                this.inbox.activeId,
                this.inbox.rows.query.view,
                // a step of its own on a phone, from which one comes back to the thread
                (this.ui.isSmall && this.inbox.column === "panel") || undefined,
            ],
        );
        // Steps within the inbox change what is shown; loading the action again would lose the place in the list
        useExternalListener(window, "popstate", (ev) => this.onPopState(ev), { capture: true });
    }

    onPopState(ev) {
        const state = ev.state?.nextState;
        if (state?.action === INBOX_PATH) {
            router.skipLoad = true;
            this.restore(state);
        }
    }

    /** @param {{resId?: number, view?: string, panel?: boolean}} state what the address says */
    restore({ resId, view, panel }) {
        const { rows } = this.inbox;
        if (VIEWS.some(({ id }) => id === view) && view !== rows.query.view) {
            if (rows.isLoaded) {
                rows.change({ view, search: "" });
            } else {
                rows.query.view = view;
            }
        }
        if (resId) {
            this.inbox.open(resId);
            if (panel && this.ui.isSmall) {
                this.inbox.column = "panel";
            }
        } else {
            this.inbox.close();
        }
    }

    get isThreadShown() {
        return !this.ui.isSmall || this.inbox.column === "thread";
    }

    get isListShown() {
        return !this.ui.isSmall || this.inbox.column === "list";
    }

    get isPanelShown() {
        if (!this.inbox.thread) {
            return false;
        }
        return this.ui.isSmall ? this.inbox.column === "panel" : this.inbox.isPanelOpen;
    }
}

registry.category("actions").add("whatsapp_base.inbox", Inbox);
