package io.pomaidb.spark.search;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import scala.collection.Iterable;
import scala.collection.Iterator;
import scala.collection.immutable.$colon$colon;
import scala.collection.immutable.Nil$;

/**
 * Sequences of Spark's plans, whose type is another class on Scala 2.12 than on 2.13. What gives them is called by its name
 * alone, and here only.
 */
final class Catalyst {
    private Catalyst() {}

    /** The columns of a plan. */
    static List<Attribute> output(QueryPlan<?> plan) {
        return attributes(plan, QueryPlan.class, "output");
    }

    /** The columns that a generator makes, as the plan gives them on. */
    static List<Attribute> generated(Generate plan) {
        List<Attribute> all = output(plan);
        return all.subList(required(plan).size(), all.size());
    }

    /** The columns that go through. */
    static List<Attribute> required(Generate plan) {
        return attributes(plan, Generate.class, "requiredChildOutput");
    }

    private static List<Attribute> attributes(Object plan, Class<?> declaring, String method) {
        try {
            var found = new ArrayList<Attribute>();
            Iterator<?> all = ((Iterable<?>) declaring.getMethod(method).invoke(plan)).iterator();
            while (all.hasNext()) {
                found.add((Attribute) all.next());
            }
            return found;
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException("Cannot plan a search: this Spark has no " + declaring + "." + method, e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(
                    "Cannot plan a search: " + method + " of " + plan + " failed", e.getCause());
        }
    }

    /** A list of Scala, which is the same class on both and a sequence of either kind. */
    @SuppressWarnings("unchecked") // An empty list is one of anything.
    static <T> scala.collection.immutable.List<T> list(List<? extends T> elements) {
        var list = (scala.collection.immutable.List<T>) (Object) Nil$.MODULE$;
        for (int i = elements.size() - 1; i >= 0; i--) {
            list = new $colon$colon<>(elements.get(i), list);
        }
        return list;
    }

    /** A list of Java. */
    static <T> List<T> list(scala.collection.immutable.List<T> elements) {
        var list = new ArrayList<T>();
        var all = elements.iterator();
        while (all.hasNext()) {
            list.add(all.next());
        }
        return list;
    }
}
