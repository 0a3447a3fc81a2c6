/**
 * The replicas of a gateway: those behind the same Service, what each of them serves, and how an
 * operator's action comes to all of them.
 *
 * <p>Replicas are independent: each reads the registries by itself, and the same content has the
 * same version on all. Only operators' actions have to be carried over. The replica that an
 * operator asks does that: it asks all whether they can take part, then has each of them act, and
 * says of each what became of it. A store shared by all replicas would decide instead: it would be
 * another {@link io.fairlead.server.admin.AdminActions}.
 */
@NullMarked
package io.fairlead.server.replicas;

import org.jspecify.annotations.NullMarked;
