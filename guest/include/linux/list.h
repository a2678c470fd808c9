/* list.h: doubly linked rings. */
#ifndef _LINUX_LIST_H
#define _LINUX_LIST_H

#include <linux/kernel.h>

#define LIST_HEAD_INIT(name)    { &(name), &(name) }
#define LIST_HEAD(name)         struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }

static inline void __list_add(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	next->prev = new;
	new->next = next;
	new->prev = prev;
	prev->next = new;
}

static inline void list_add(struct list_head *new, struct list_head *head) { __list_add(new, head, head->next); }
static inline void list_add_tail(struct list_head *new, struct list_head *head) { __list_add(new, head->prev, head); }

static inline void __list_del_entry(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
}

static inline void list_del(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->next = entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	__list_del_entry(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	__list_del_entry(entry);
	list_add_tail(entry, head);
}

static inline int list_empty(const struct list_head *head) { return head->next == head; }

#define list_entry(pointer, type, member)       container_of(pointer, type, member)
#define list_first_entry(head, type, member)    list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)     list_entry((head)->prev, type, member)
#define list_next_entry(p, member)              list_entry((p)->member.next, __typeof__(*(p)), member)
#define list_for_each(p, head)                  for (p = (head)->next; p != (head); p = p->next)
#define list_for_each_safe(p, n, head) \
	for (p = (head)->next, n = p->next; p != (head); p = n, n = p->next)
#define list_for_each_entry(p, head, member)                            \
	for (p = list_first_entry(head, __typeof__(*p), member);        \
	     &p->member != (head); p = list_next_entry(p, member))
#define list_for_each_entry_safe(p, n, head, member)                    \
	for (p = list_first_entry(head, __typeof__(*p), member), n = list_next_entry(p, member); \
	     &p->member != (head); p = n, n = list_next_entry(n, member))

#endif
