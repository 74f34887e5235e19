package io.pomaidb.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TransactionTest {
    private static final UUID RUN = UUID.fromString("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b");

    @Test
    void aRunsVersionsAreItsOwn() {
        Snapshot snapshot = empty(Transaction.ofRun("sink", 1_000, RUN, 9));

        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_000, RUN, 9))).isTrue();
        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_000, RUN, 10))).isFalse();
        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_001, RUN, 1))).isFalse();
        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_000, new UUID(1, 2), 1)))
                .isFalse();
        assertThat(snapshot.includes(Transaction.ofRun("other", 1_000, RUN, 1))).isFalse();
    }

    @Test
    void theYoungestRunsOfEachApplicationAreRemembered() {
        Snapshot snapshot = empty(new Transaction("sink@run-of-a-query", 3));
        for (int run = 0; run < 40; run++) {
            snapshot = next(snapshot, Transaction.ofRun("sink", 1_000 + run, RUN, 1));
        }
        snapshot = next(snapshot, Transaction.ofRun("other", 1, RUN, 1));

        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_007, RUN, 1))).isFalse();
        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_008, RUN, 1))).isTrue();
        assertThat(snapshot.includes(Transaction.ofRun("sink", 1_039, RUN, 1))).isTrue();
        assertThat(snapshot.includes(Transaction.ofRun("other", 1, RUN, 1))).isTrue();
        assertThat(snapshot.includes(new Transaction("sink@run-of-a-query", 3))).isTrue();
        assertThat(snapshot.transactions()).hasSize(34);
    }

    private static Snapshot empty(Transaction transaction) {
        return Snapshot.first(Snapshots.parameters(), List.of(), Optional.of(transaction));
    }

    private static Snapshot next(Snapshot snapshot, Transaction transaction) {
        return snapshot.append(snapshot.parameters(), List.of(), Optional.of(transaction));
    }
}
