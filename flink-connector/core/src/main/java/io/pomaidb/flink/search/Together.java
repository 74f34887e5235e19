package io.pomaidb.flink.search;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * Answers questions that arrive together in one call: while threads of its own answer some, the next ones gather. Who asks
 * waits where too many have gathered. Any number of threads may ask.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
public final class Together<Q, A> implements AutoCloseable {
    private static final long CLOSE_SECONDS = 60;

    private final int atOnce;
    private final ArrayBlockingQueue<Asked<Q, A>> queue;
    private final List<Thread> threads;
    private volatile boolean closed;

    /** Answers questions; what it leaves without an answer when it throws, fails with what it threw. */
    @FunctionalInterface
    public interface Answerer<Q, A> {
        void answer(List<Asked<Q, A>> questions) throws Exception;
    }

    /**
     * A question that waits for its answer.
     *
     * @param question what is asked
     * @param answer to be completed
     */
    public record Asked<Q, A>(Q question, CompletableFuture<A> answer) {}

    /**
     * Starts a thread.
     *
     * @param atOnce questions that are answered together at most
     */
    public Together(String name, int atOnce, Answerer<Q, A> answerer) {
        this(name, atOnce, List.of(answerer));
    }

    /**
     * Starts a thread for each of the answerers.
     *
     * @param name of the threads
     * @param atOnce questions that are answered together at most
     */
    public Together(String name, int atOnce, List<Answerer<Q, A>> answerers) {
        this.atOnce = atOnce;
        this.queue = new ArrayBlockingQueue<>(2 * atOnce * answerers.size());
        this.threads = answerers.stream()
                .map(answerer -> new Thread(() -> run(answerer), name))
                .toList();
        for (Thread thread : threads) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Asks a question. */
    public CompletableFuture<A> ask(Q question) throws InterruptedException {
        var asked = new Asked<Q, A>(question, new CompletableFuture<>());
        queue.put(asked);
        if (closed) {
            cancelAll();
        }
        return asked.answer();
    }

    private void run(Answerer<Q, A> answerer) {
        var batch = new ArrayList<Asked<Q, A>>(atOnce);
        while (!closed) {
            try {
                batch.add(queue.take());
                queue.drainTo(batch, atOnce - 1);
                answerer.answer(batch);
            } catch (InterruptedException e) {
                // Only close() interrupts, and has said so.
                batch.forEach(asked -> asked.answer().completeExceptionally(e));
            } catch (Throwable e) {
                // A native failure is an Error too, and nobody else would tell those who wait.
                batch.forEach(asked -> asked.answer().completeExceptionally(e));
            }
            batch.clear();
        }
    }

    private void cancelAll() {
        var left = new ArrayList<Asked<Q, A>>();
        queue.drainTo(left);
        left.forEach(asked ->
                asked.answer().completeExceptionally(new CancellationException("Cannot answer: the task is closing")));
    }

    /**
     * Ends the threads, after the questions that they are at, also where the caller is interrupted: what they work with is
     * closed next. The other questions are cancelled. A second call does nothing.
     */
    @Override
    public void close() {
        closed = true;
        cancelAll();
        threads.forEach(Thread::interrupt);
        Closing.await(Duration.ofSeconds(CLOSE_SECONDS), wait -> {
            for (Thread thread : threads) {
                thread.join(wait.toMillis());
            }
            return threads.stream().noneMatch(Thread::isAlive);
        });
        cancelAll();
    }
}
