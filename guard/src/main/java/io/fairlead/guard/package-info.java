/**
 * The deletion guard: it keeps a source, such as a registry, from emptying the mesh by mistake.
 *
 * <p>Why. A registry that has lost its data, a token that has lost its rights or a server that
 * answers before it has loaded say the same as one whose services were really removed: an
 * authorised, successful, short answer. No single read tells the two apart. What does is size and
 * time: what is removed on purpose is small, or stays removed. So a loss that is large is not
 * believed before the registry has kept saying so.
 *
 * <p>Where. Between what a source reported and what it contributes, for each source by itself. The
 * merge of several is not looked at: another registry may have the same host, but that it does says
 * nothing about this one's health. What is guarded is known by a key and by numbers of endpoints;
 * what is held of it, and what is served meanwhile, its owner knows.
 *
 * <p>What a loss is. A service that has fewer endpoints by the latest report than are served for
 * it, down to none: gone, refused and unhealthy are the same to those who call it. Only numbers of
 * one service are compared, so a redeployment that replaces every endpoint is no loss, while a
 * registry that is swapped for another one, with as many other services, is. A service that is
 * served without endpoints has nothing left to lose. What counts are services that lose their last
 * endpoint and endpoints, each for itself, against what the registry contributed.
 *
 * <p>The sum. Shrunken rights show in one whole view with Consul, and as a thousand single changes
 * with Nacos. Therefore losses are summed over a window as long as the time of confirmation, less
 * what came back, and less what the same service had grown by within that time: a deployment may
 * start each new instance before it ends the old one. As long as the sum is small everything passes
 * at once and untouched, since an endpoint that is gone must leave the mesh quickly. The batch with
 * which the sum becomes too much is held as a whole, and so is each later loss, until the first of
 * them have been decided about ({@code confirmAfter} after the guard began to hold); after that a
 * loss is held only if it is too much together with all that is held, since otherwise a registry
 * with everyday removals would be held for ever, each loss waiting for the one before. What was let
 * go earlier stays gone: it was small.
 *
 * <p>Holding. Only removals are held. Every report about what is held is taken in as it comes and
 * compared with what there was: it may shrink on, or come back, which ends its holding.
 *
 * <p>Believing. Each loss by itself, once it was seen unbroken for {@code confirmAfter}. The
 * registry must have been readable all the time (after a failure it begins again) and have been
 * read in the later half: a silent one confirms nothing. Of one that fails now and then a loss is
 * believed after twice {@code confirmAfter}, whatever failed in between, if the registry was read
 * again and again ({@code Confirmation}); otherwise a flaky network would hold it for ever. If a
 * loss grows, what was missing before is believed at its time and the rest waits from the time of
 * its last growth; if it becomes smaller nothing starts anew. An operator can decide before.
 * <em>Approved</em>, all that is held goes in one commit. <em>Rejected</em>, it stays until it is
 * given again or approved after all, and later losses are judged without it. Either way the sum
 * begins at nothing, since a person has looked.
 *
 * <p>After a restart what the store has is contributed before the first whole view, which is judged
 * like any other. What was held is in the store as it was served, so it is held again; nothing else
 * of the guard is kept, a rejection neither.
 *
 * <p>Ownership: a guard is confined to the commit thread, but for what is shown of it. Decisions
 * are made by monotonic time.
 */
@NullMarked
package io.fairlead.guard;

import org.jspecify.annotations.NullMarked;
