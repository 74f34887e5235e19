package io.pomaidb.flink.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TogetherTest {
    @Test
    void whatGathersWhileOthersAreAnsweredIsAnsweredTogether() throws Exception {
        var release = new CountDownLatch(1);
        var sizes = new CopyOnWriteArrayList<Integer>();
        try (var together = new Together<Integer, Integer>("test", 4, asked -> {
            release.await();
            sizes.add(asked.size());
            asked.forEach(each -> each.answer().complete(each.question() * 2));
        })) {
            List<CompletableFuture<Integer>> answers = new ArrayList<>();
            answers.add(together.ask(0));
            for (int i = 1; i <= 8; i++) {
                answers.add(together.ask(i));
            }
            release.countDown();
            for (int i = 0; i <= 8; i++) {
                assertThat(answers.get(i).get()).isEqualTo(i * 2);
            }
        }
        assertThat(sizes).allMatch(size -> size <= 4).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void eachAnswererHasAThread() throws Exception {
        var both = new CountDownLatch(2);
        Together.Answerer<Integer, Thread> meeting = asked -> {
            both.countDown();
            both.await();
            asked.forEach(each -> each.answer().complete(Thread.currentThread()));
        };
        var threads = new HashSet<Thread>();
        try (var together = new Together<>("test", 1, List.of(meeting, meeting))) {
            CompletableFuture<Thread> first = together.ask(0);
            CompletableFuture<Thread> second = together.ask(1);
            threads.add(first.get());
            threads.add(second.get());
        }
        assertThat(threads).hasSize(2).noneMatch(Thread::isAlive);
    }

    @Test
    void aFailureIsToldToThoseWhoWaitAndNotToTheNext() throws Exception {
        try (var together = new Together<Integer, Integer>("test", 4, asked -> {
            if (asked.get(0).question() == 0) {
                throw new IllegalStateException("as it was told");
            }
            asked.forEach(each -> each.answer().complete(1));
        })) {
            assertThatThrownBy(together.ask(0)::get).hasRootCauseMessage("as it was told");
            assertThat(together.ask(5).get()).isEqualTo(1);
        }
    }

    @Test
    void closingEndsWhoWaits() throws Exception {
        var started = new CountDownLatch(1);
        var together = new Together<Integer, Integer>("test", 1, asked -> {
            started.countDown();
            new CountDownLatch(1).await();
        });
        CompletableFuture<Integer> first = together.ask(0);
        started.await();
        CompletableFuture<Integer> second = together.ask(1);

        together.close();

        assertThatThrownBy(() -> first.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(second).isCompletedExceptionally();
        assertThat(together.ask(2)).isCompletedExceptionally();
    }

    /** As a task is that is cancelled: it closes what the thread searches as soon as this returns. */
    @Test
    void closingWaitsForTheThreadAlsoWhenInterrupted() throws Exception {
        var started = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var ended = new AtomicBoolean();
        var together = new Together<Integer, Integer>("test", 1, asked -> {
            started.countDown();
            while (release.getCount() > 0) {
                // Like a native search, which nothing interrupts.
                Thread.onSpinWait();
            }
            ended.set(true);
        });
        var unused = together.ask(0);
        started.await();
        var wasEnded = new AtomicBoolean();
        var closing = new Thread(() -> {
            Thread.currentThread().interrupt();
            together.close();
            wasEnded.set(ended.get() && Thread.currentThread().isInterrupted());
        });
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING && closing.isAlive()) {
            Thread.onSpinWait();
        }
        release.countDown();
        closing.join();

        assertThat(wasEnded).isTrue();
    }
}
