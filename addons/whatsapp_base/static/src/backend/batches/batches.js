import { Component, reactive, useState } from "@odoo/owl";

import { Dialog } from "@web/core/dialog/dialog";

/** Records of one request: what it has locked is free again after about a second. */
const SIZE = 50;

/** How far a long piece of work is, with a way to stop it. Closing it stops it, too. */
export class BatchProgress extends Component {
    static template = "whatsapp_base.BatchProgress";
    static components = { Dialog };
    static props = { progress: Object, close: Function };

    setup() {
        this.progress = useState(this.props.progress);
    }

    get percent() {
        return Math.round((100 * this.progress.done) / this.progress.total);
    }
}

/**
 * Work through many records, some at a time: however many there are, nobody waits for a long transaction.
 * With more than one request the user sees how far it is, and can stop it; what is done stays done.
 *
 * @param {import("services").ServiceFactories["dialog"]} dialog
 * @param {number[]} ids
 * @param {(ids: number[]) => Promise<void>} work
 */
export async function inBatches(dialog, ids, work) {
    if (ids.length <= SIZE) {
        await work(ids);
        return;
    }
    const progress = reactive({ done: 0, total: ids.length, isStopped: false });
    const close = dialog.add(
        BatchProgress,
        { progress },
        { onClose: () => (progress.isStopped = true) },
    );
    // of about the same size, so that none is a single record, which some methods treat differently
    const count = Math.ceil(ids.length / SIZE);
    try {
        for (let number = 1; number <= count && !progress.isStopped; number++) {
            const end = Math.floor((number * ids.length) / count);
            await work(ids.slice(progress.done, end));
            progress.done = end;
        }
    } finally {
        close();
    }
}
